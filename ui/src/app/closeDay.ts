/** The close of a day, in the window's one exchange: it waits for no other, and none begins beside it. */
import { letGo } from "../features/drafts/keeping";
import type { Work } from "../features/intake/work";
import type { DayClosing } from "../ipc/bindings/DayClosing";
import type { Discard } from "../ipc/bindings/Discard";
import type { Failure } from "../ipc/bindings/Failure";
import { ipc } from "../ipc/call";
import { attempt, refreshDesk, shell } from "./desk";
import { refreshPrints } from "./prints";

export async function closeDay(
  work: Work,
  day: string,
  discards: Discard[],
  failed: (failure: Failure) => void,
): Promise<DayClosing | undefined> {
  if (shell.exchanging) return undefined;
  const { exchange } = shell;
  shell.exchanging = true;
  Object.assign(exchange, { progress: { done: 0, total: 0, phase: "connecting", file: 0, files: 0 }, result: null, failure: null, unseen: false });
  await letGo(work, discards.map(({ draft }) => draft));
  const closed = await attempt(() => ipc.closeDay(day, discards, (step) => (exchange.progress = step)), failed);
  exchange.result = closed?.exchange ?? null;
  exchange.progress = null;
  shell.exchanging = false;
  void refreshPrints();
  await refreshDesk();
  return closed;
}
