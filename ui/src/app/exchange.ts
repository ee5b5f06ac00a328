/** The exchange with the district: one for the whole window, whichever page is shown and whoever is signed in. */
import { ipc } from "../ipc/call";
import { attempt, refreshDesk, shell } from "./desk";

export async function startExchange() {
  if (shell.exchanging) return;
  const { exchange } = shell;
  shell.exchanging = true;
  Object.assign(exchange, { progress: { done: 0, total: 0, phase: "connecting" }, result: null, failure: null, unseen: false });
  const ended = await attempt(
    () => ipc.exchange((step) => (exchange.progress = step)),
    (given) => (exchange.failure = given),
  );
  exchange.result = ended ?? null;
  exchange.progress = null;
  exchange.unseen = !ended || ended.trouble !== null || ended.set_aside > 0;
  shell.exchanging = false;
  await refreshDesk();
}
