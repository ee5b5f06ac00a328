/** The exchange by stick: its answer counts as the result of an exchange, wherever that is shown. */
import type { Failure } from "../ipc/bindings/Failure";
import { ipc } from "../ipc/call";
import { attempt, refreshDesk, shell } from "./desk";

/** Whether the answer was taken. */
export async function takeAnswer(place: string, refused: (failure: Failure) => void): Promise<boolean> {
  if (shell.exchanging) return false;
  shell.exchanging = true;
  const ended = await attempt(() => ipc.takeAnswer(place), refused);
  // A file that was refused says nothing about the exchange before it.
  if (ended) Object.assign(shell.exchange, { result: ended, failure: null, unseen: false });
  shell.exchanging = false;
  await refreshDesk();
  return !!ended;
}
