/**
 * How the desk stands, and the window's way of following it. The one shared state of the window beside the clerks' work
 * (`features/intake/work.ts`). Holds no rule: what may be done is the desk's to say.
 */
import { reactive } from "vue";

import { keep, noteCursor } from "../features/drafts/keeping";
import { workOf } from "../features/intake/work";
import type { DeskState } from "../ipc/bindings/DeskState";
import type { ExchangeResult } from "../ipc/bindings/ExchangeResult";
import type { Failure } from "../ipc/bindings/Failure";
import type { Progress } from "../ipc/bindings/Progress";
import { asFailure, ipc } from "../ipc/call";

export const shell = reactive({
  desk: null as DeskState | null,
  /** The desk could not even be asked. */
  failure: null as Failure | null,
  /** True from creating the desk until the administrator has put the recovery key away. */
  settingUp: false,
  /** True when the desk was locked in this run, by key or by idling: what was typed is still there. */
  wasLocked: false,
  /** Who signed in last in this run: most likely the one who signs in next. */
  lastClerk: null as number | null,
  exchanging: false,
  /** How far the running exchange is, or how the last one ended; kept until the next one starts. */
  exchange: {
    progress: null as Progress | null,
    result: null as ExchangeResult | null,
    failure: null as Failure | null,
    /** It ended with something left to do, and nobody has looked yet. */
    unseen: false,
  },
});

export async function openDesk() {
  shell.failure = null;
  try {
    shell.desk = await ipc.deskState();
  } catch (reason) {
    shell.failure = asFailure(reason);
  }
}

/** Asks again, after something that may have changed the counts. The old state stays when the desk cannot be asked. */
export async function refreshDesk() {
  try {
    shell.desk = await ipc.deskState();
  } catch (reason) {
    console.error("desk state", asFailure(reason).code);
  }
}

/** Locks the desk. The page goes even when the command fails: nobody who walks by may read it. */
export async function lockDesk() {
  if (shell.desk?.phase !== "signed_in") return;
  rememberLock(shell.desk);
  const before = shell.desk;
  const { clerk } = before;
  if (clerk) noteCursor(workOf(clerk.id));
  shell.desk = { ...before, phase: "locked" };
  try {
    // The screen is dark already; what was typed last is kept before the desk takes nothing more.
    if (clerk) await keep(workOf(clerk.id));
    shell.desk = await ipc.lock();
  } catch (reason) {
    console.error("lock", asFailure(reason).code);
  }
}

function rememberLock(desk: DeskState) {
  shell.wasLocked = true;
  shell.lastClerk = desk.clerk?.id ?? shell.lastClerk;
}

export async function signOut() {
  const clerk = shell.desk?.clerk;
  try {
    if (clerk) await keep(workOf(clerk.id));
    shell.desk = await ipc.signOut();
    shell.wasLocked = false;
  } catch (reason) {
    noticeLock(asFailure(reason));
  }
}

/** A command refused because nobody is signed in means that the page is out of date; after signing out it means nothing. */
export function noticeLock(failure: Failure): Failure {
  if (failure.code === "desk_locked" && shell.desk?.phase === "signed_in") {
    rememberLock(shell.desk);
    void refreshDesk();
  }
  return failure;
}

/** Runs one command and gives its failure to `failed`; a lock is noticed on the way. */
export async function attempt<T>(command: () => Promise<T>, failed: (failure: Failure) => void): Promise<T | undefined> {
  try {
    return await command();
  } catch (reason) {
    failed(noticeLock(asFailure(reason)));
    return undefined;
  }
}
