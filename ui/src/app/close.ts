/** Closing the window: at once while all that was typed is on the disk, otherwise only after asking. A day that is not closed is said once. */
import { ref } from "vue";

import { allKept } from "../features/drafts/keeping";
import { workOf } from "../features/intake/work";
import { asFailure, ipc } from "../ipc/call";
import { shell } from "./desk";

/** True while the clerk is asked whether to close. */
export const closing = ref(false);

/** True while the clerk is told that the day is not closed. Once in a run, so that nothing stands in the way of going home. */
export const reminding = ref(false);
let reminded = false;

export async function askedToClose() {
  // Told before anything else: the shell closes a window that leaves a second wish to close unanswered, and a double
  // click must not pass over the last save.
  await logged(ipc.stayOpen());
  // Locked, the desk takes nothing more; all was kept before the lock, or is asked for.
  const clerk = shell.desk?.phase === "signed_in" ? shell.desk.clerk : null;
  if (!(await allKept(clerk ? workOf(clerk.id) : null))) {
    closing.value = true;
  } else if (clerk && shell.desk?.day_due && !reminded) {
    reminded = reminding.value = true;
  } else {
    return closeWindow();
  }
}

/** The clerk goes to close the day first. */
export function goToDay() {
  reminding.value = false;
  const clerk = shell.desk?.clerk;
  if (clerk) Object.assign(workOf(clerk.id), { page: "closing", day: null });
}

export async function closeWindow() {
  closing.value = reminding.value = false;
  await logged(ipc.closeWindow());
}

export function goOn() {
  closing.value = false;
}

async function logged(command: Promise<void>) {
  try {
    await command;
  } catch (reason) {
    console.error("close", asFailure(reason).code);
  }
}
