/**
 * Keeps what is typed on the desk's disk: within a second, at each field's end, and before the desk is locked or closed.
 * One save after another, so that a late one never overtakes a newer one or the registration that ends it.
 */
import type { DraftLine } from "../../ipc/bindings/DraftLine";
import type { Failure } from "../../ipc/bindings/Failure";
import { asFailure, ipc } from "../../ipc/call";
import { allWork, freshSlot, leaveForm, type Work } from "../intake/work";
import { isTyped } from "../papers/work";
import { isTyped as isStepTyped } from "../steps/work";
import { cursorNow } from "./cursor";
import { layOut, type SlotName, slotNames, textOf } from "./texts";

/** Typed text is on the disk within a second: this, and the time a save takes. */
export const KEEP_MS = 700;
/** As long as closing waits for a disk that does not answer. */
const PATIENCE_MS = 3000;

let chain: Promise<unknown> = Promise.resolve();
let timer: number | undefined;

/** After everything that was begun before. */
function next<T>(work: () => Promise<T>): Promise<T> {
  const done = chain.then(work);
  chain = done.catch(() => undefined);
  return done;
}

/** Notes where the cursor stands in the form in sight. */
export function noteCursor(work: Work) {
  const cursor = cursorNow();
  if (!cursor) return;
  if (work.page === "today") work.cursors.correction = cursor;
  else work.cursors.visit = cursor;
}

const nowIn = (work: Work, name: SlotName): string => {
  const text = textOf[name](work);
  return text ? JSON.stringify(text) : "";
};

async function keepSlot(work: Work, name: SlotName) {
  const slot = work.slots[name];
  const now = nowIn(work, name);
  if (work.held || now === slot.kept) return;
  const text = textOf[name](work);
  if (text) {
    try {
      slot.id = await ipc.saveDraft(slot.id, text);
    } catch (reason) {
      if (asFailure(reason).code !== "draft_gone") throw reason;
      // It went some other way, and there is more to keep: as a draft of its own.
      slot.id = await ipc.saveDraft(null, text);
    }
  } else if (slot.id) {
    await ipc.discardDraft(slot.id);
    slot.id = slot.backup = null;
  }
  slot.kept = now;
}

/** Keeps all that this clerk has begun. Never fails: what could not be kept stands in `work.unkept`. */
export function keep(work: Work): Promise<void> {
  window.clearTimeout(timer);
  timer = undefined;
  noteCursor(work);
  return next(async () => {
    let failure: Failure | null = null;
    for (const name of slotNames) {
      try {
        await keepSlot(work, name);
      } catch (reason) {
        failure = asFailure(reason);
      }
    }
    work.unkept = failure;
  });
}

/** Something was typed: it is kept soon. */
export function keepSoon(work: Work) {
  timer ??= window.setTimeout(() => void keep(work), KEEP_MS);
}

/** Whether closing loses nothing that anybody at this window has begun, after a last try for the clerk at work. */
export async function allKept(work: Work | null): Promise<boolean> {
  if (work) await Promise.race([keep(work), new Promise((done) => window.setTimeout(done, PATIENCE_MS))]);
  const kept = (one: Work) => slotNames.every((name) => nowIn(one, name) === one.slots[name].kept);
  // What is typed on a paper or of a step is on no disk.
  const typed = (one: Work) => [...one.papers.values()].some(isTyped) || [...one.steps.values()].some(isStepTyped);
  return allWork().every((one) => kept(one) && !typed(one));
}

/**
 * Runs what ends a draft, such as registering it: the draft is whole on the disk before, no save comes in between, and
 * the slot is empty after it.
 */
export async function ending<T>(work: Work, name: SlotName, end: (id: string | null) => Promise<T>): Promise<T> {
  await keep(work);
  work.held = true;
  try {
    const done = await end(work.slots[name].id);
    work.slots[name] = freshSlot();
    return done;
  } finally {
    work.held = false;
  }
}

/** Lays out what the clerk had begun when the program last ended, with the newest page in front. */
export async function takeBack(work: Work): Promise<void> {
  if (work.taken) return;
  const own = (await ipc.drafts()).filter((line) => line.own && !line.aside);
  const newest = slotNames.map((name) => own.find((line) => line.kind === name)).filter((line) => line !== undefined);
  // The newest last: its page is the one that stays.
  for (const line of newest.sort((a, b) => own.indexOf(b) - own.indexOf(a))) {
    await lay(work, line);
    work.slots[line.kind].begunWith = work.slots[line.kind].kept;
  }
  work.taken = true;
}

async function lay(work: Work, { id, aside, backup }: DraftLine) {
  const { kind, body } = await ipc.openDraft(id);
  layOut[kind](work, body);
  // One that was aside is so no longer, and the disk has to know.
  work.slots[kind] = { id, kept: aside ? "" : nowIn(work, kind), backup, begunWith: "" };
}

/** The drafts that stand beside what is under way. */
export function besides({ slots }: Work, lines: DraftLine[]): DraftLine[] {
  const held = slotNames.map((name) => slots[name].id);
  return lines.filter(({ id }) => !held.includes(id));
}

/** Puts the draft in the form aside and leaves an empty form. Rejects, and changes nothing, where the disk refuses. */
export function putAside(work: Work): Promise<void> {
  noteCursor(work);
  return next(async () => {
    const text = textOf.visit(work);
    if (text) await ipc.saveDraft(work.slots.visit.id, { ...text, aside: true });
    leaveForm(work);
  });
}

const emptied: Record<SlotName, (work: Work) => void> = {
  visit: leaveForm,
  correction: (work) => {
    work.correction = null;
    work.slots.correction = freshSlot();
  },
  desk: (work) => {
    Object.assign(work, { advice: { open: false, line: "" }, voiding: null });
    work.slots.desk = freshSlot();
  },
};

/** Takes drafts out of the forms and leaves them on the disk: the close of the day throws them away there, or refuses. */
export async function letGo(work: Work, ids: string[]): Promise<void> {
  await keep(work);
  return next(async () => {
    for (const name of slotNames) {
      const { id } = work.slots[name];
      if (id && ids.includes(id)) emptied[name](work);
    }
  });
}

/** Takes a draft up again. What is in the form is put aside first; a correction under way stays on the disk as it is. */
export async function takeUp(work: Work, line: DraftLine): Promise<void> {
  if (line.kind === "visit") await putAside(work);
  else await keep(work);
  await lay(work, line);
  await keep(work);
}
