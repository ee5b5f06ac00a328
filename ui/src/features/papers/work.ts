/**
 * The one paper form that a clerk has open on a matter. In memory alone, through a lock and on other pages: a paper is typed
 * in a minute, and of a sealed matter nothing of it may lie elsewhere.
 */
import type { Offer } from "../../ipc/bindings/Offer";
import type { Paper } from "../../ipc/bindings/Paper";
import { type DeliveryDraft, freshDelivery } from "./delivery";
import { type PaperDraft, toDraft } from "./filling";

export type OpenForm =
  | { does: "issue"; paper: Paper; draft: PaperDraft }
  | { does: "deliver"; draft: DeliveryDraft; chosen: Record<string, boolean> }
  | { does: "void"; document: string; reason: string };

/** A form, and what stood in it when it was opened. */
export type PaperWork = { form: OpenForm; fresh: string };

export const begin = (form: OpenForm): PaperWork => ({ form, fresh: JSON.stringify(form) });

export const isTyped = ({ form, fresh }: PaperWork) => JSON.stringify(form) !== fresh;

export const issuing = ({ paper, filling }: Offer): OpenForm => ({ does: "issue", paper, draft: toDraft(filling) });

/** `open`: the papers that nobody has yet; without one, all of them. */
export const delivering = (all: string[], open: string[], addressee: string, now: Date): OpenForm => ({
  does: "deliver",
  draft: { ...freshDelivery(now), receiver: addressee, relation: addressee ? "本人" : "" },
  chosen: Object.fromEntries(all.map((one) => [one, open.length === 0 || open.includes(one)])),
});

export const voiding = (document: string): OpenForm => ({ does: "void", document, reason: "" });
