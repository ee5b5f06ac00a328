/** The print queue as the window follows it: the desk tells when it changed, and then it is asked. */
import { reactive } from "vue";

import type { PrintQueue } from "../ipc/bindings/PrintQueue";
import type { PrintRow } from "../ipc/bindings/PrintRow";
import { ipc, onPrintsChanged } from "../ipc/call";
import { attempt, shell } from "./desk";

export const prints = reactive({ queue: null as PrintQueue | null });

/** What somebody should look at, in the order of the queue. */
export const asking = (): PrintRow[] => prints.queue?.rows.filter((row) => row.asks) ?? [];

/** One print by its place in the queue. */
export const printAt = (id: number | null | undefined): PrintRow | undefined =>
  id === null || id === undefined ? undefined : prints.queue?.rows.find((row) => row.id === id);

/** The last print of a matter's slip. */
export const printOf = (number: string): PrintRow | undefined => {
  const of = prints.queue?.rows.filter((row) => row.number === number && (row.paper === "slip" || row.paper === "registration_form")) ?? [];
  return of.reduce<PrintRow | undefined>((last, row) => (last && last.id > row.id ? last : row), undefined);
};

export async function refreshPrints() {
  if (shell.desk?.phase !== "signed_in") return;
  prints.queue = (await attempt(ipc.printQueue, (failure) => console.error("print queue", failure.code))) ?? prints.queue;
}

let followed = false;

/** From now on and for as long as the window is open. */
export function followPrints() {
  void refreshPrints();
  if (followed) return;
  followed = true;
  void onPrintsChanged(() => void refreshPrints());
}
