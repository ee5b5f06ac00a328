/**
 * The one form about a step that a clerk has open on a matter. In memory alone, through a lock and on other pages, as the
 * forms of papers: of a sealed matter nothing of it may lie elsewhere.
 */
import type { Ending } from "../../ipc/bindings/Ending";
import type { ReplyWay } from "../../ipc/bindings/ReplyWay";
import type { StepKind } from "../../ipc/bindings/StepKind";
import type { StepOffer } from "../../ipc/bindings/StepOffer";
import type { StepTaken } from "../../ipc/bindings/StepTaken";
import { readDay } from "../intake/moment";

export type StepField = keyof StepTaken;
export type TextField = Exclude<StepField, "way" | "ending">;
/** Everything as it is typed or chosen; `""` where nothing is. */
export type StepDraft = Record<TextField, string> & { way: ReplyWay | ""; ending: Ending | "" };

export type OpenForm = { does: "take"; kind: StepKind; draft: StepDraft } | { does: "withdraw"; step: string; reason: string };

/** A form, and what stood in it when it was opened. */
export type StepWork = { form: OpenForm; fresh: string };

export const DAYS: readonly StepField[] = ["on", "due", "received_on"];

export const begin = (form: OpenForm): StepWork => ({ form, fresh: JSON.stringify(form) });

export const isTyped = ({ form, fresh }: StepWork) => JSON.stringify(form) !== fresh;

export const taking = ({ kind, begun }: StepOffer): OpenForm => ({ does: "take", kind, draft: toDraft(begun) });

export const withdrawing = (step: string): OpenForm => ({ does: "withdraw", step, reason: "" });

export const toDraft = (step: StepTaken): StepDraft => ({
  ...step,
  due: step.due ?? "",
  received_on: step.received_on ?? "",
  way: step.way ?? "",
  ending: step.ending ?? "",
});

/** `null` where a day cannot be read. */
export function toStep(draft: StepDraft): StepTaken | null {
  const day = (text: string) => (text.trim() === "" ? "" : readDay(text));
  const [on, due, received_on] = [day(draft.on), day(draft.due), day(draft.received_on)];
  if (!on || due === null || received_on === null) return null;
  return {
    ...draft,
    on,
    due: due || null,
    received_on: received_on || null,
    way: draft.way || null,
    ending: draft.ending || null,
  };
}
