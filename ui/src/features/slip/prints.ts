/**
 * Slips that the desk refused to issue: a full disk, no font. Kept for the whole window, whichever page is shown and whoever
 * is signed in, until they are issued or put aside: the visitor may be gone before the disk has answered. What was issued
 * and waits for a printer stands in the desk's own queue.
 */
import { reactive } from "vue";

import { attempt } from "../../app/desk";
import type { Failure } from "../../ipc/bindings/Failure";
import type { SlipView } from "../../ipc/bindings/SlipView";
import { ipc } from "../../ipc/call";

export type Slip = { number: string; short: string };
export type Unprinted = Slip & { failure: Failure };

export const unprinted = reactive(new Map<string, Unprinted>());

/** Issues a slip, and remembers it where that was refused. */
export async function print({ number, short }: Slip): Promise<SlipView | undefined> {
  const view = await attempt(
    () => ipc.slip(number),
    (failure) => void unprinted.set(number, { number, short, failure }),
  );
  if (view) unprinted.delete(number);
  return view;
}
