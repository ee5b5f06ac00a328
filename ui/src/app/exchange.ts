/** The exchange with the district: one for the whole window, whichever page is shown and whoever is signed in. */
import { ipc, onLineChanged } from "../ipc/call";
import { attempt, refreshDesk, shell } from "./desk";

/** With `files`, those that wait on a metered line go too. */
export async function startExchange(files = false) {
  if (shell.exchanging) return;
  const { exchange } = shell;
  shell.exchanging = true;
  Object.assign(exchange, { progress: { done: 0, total: 0, phase: "connecting", file: 0, files: 0 }, result: null, failure: null, unseen: false });
  const ended = await attempt(
    () => ipc.exchange(files, (step) => (exchange.progress = step)),
    (given) => (exchange.failure = given),
  );
  exchange.result = ended ?? null;
  exchange.progress = null;
  exchange.unseen = !ended || ended.trouble !== null || ended.set_aside > 0;
  shell.exchanging = false;
  await refreshDesk();
}

let followed = false;

/** The desk exchanges by itself too: what the window says of it follows, from now on and for as long as the window is open. */
export function followLine() {
  if (followed) return;
  followed = true;
  void onLineChanged(() => void refreshDesk());
}
