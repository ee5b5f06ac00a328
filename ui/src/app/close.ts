/** Closing the window: at once while nothing would be lost by it, otherwise only after asking. */
import { ref } from "vue";

import { anyUnfinished } from "../features/intake/work";
import { asFailure, ipc } from "../ipc/call";

/** True while the clerk is asked whether to close. */
export const closing = ref(false);

export async function askedToClose() {
  // Locked or not: what was typed before the lock is there too.
  if (!anyUnfinished()) return closeWindow();
  closing.value = true;
  // Told at once and not only with the answer: the shell closes a window that leaves a second wish to close unanswered,
  // and a double click must not pass over the question.
  await logged(ipc.stayOpen());
}

export async function closeWindow() {
  closing.value = false;
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
