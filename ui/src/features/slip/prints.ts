/**
 * Slips that a printer should have taken and did not. Kept for the whole window, whichever page is shown and whoever is
 * signed in, until they are sent or put aside: the visitor may be gone before the printer has answered.
 */
import { reactive } from "vue";

import { attempt } from "../../app/desk";
import type { Failure } from "../../ipc/bindings/Failure";
import type { SlipView } from "../../ipc/bindings/SlipView";
import { ipc } from "../../ipc/call";

type Command = (number: string) => Promise<SlipView>;
export type Slip = { number: string; short: string };
export type Unprinted = Slip & { failure: Failure; again: Command };

export const unprinted = reactive(new Map<string, Unprinted>());

/** Issues or sends a slip, and remembers it until it is out. */
export async function print({ number, short }: Slip, command: Command): Promise<SlipView | undefined> {
  const remember = (failure: Failure, again: Command) => void unprinted.set(number, { number, short, failure, again });
  const view = await attempt(
    () => command(number),
    // Refused, so it was perhaps never issued: the same command again.
    (failure) => remember(failure, command),
  );
  if (view?.trouble) remember(view.trouble, ipc.resendSlip);
  else if (view) unprinted.delete(number);
  return view;
}
