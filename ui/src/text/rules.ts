/** Label and article of every closed word, from the same table that the rules themselves read. */
import table from "../../../assets/text/rules.zh.json";
import type { Class } from "../ipc/bindings/Class";
import type { Competent } from "../ipc/bindings/Competent";
import type { DayState } from "../ipc/bindings/DayState";
import type { DeliveryWay } from "../ipc/bindings/DeliveryWay";
import type { Difference } from "../ipc/bindings/Difference";
import type { DiscardReason } from "../ipc/bindings/DiscardReason";
import type { DistrictAct } from "../ipc/bindings/DistrictAct";
import type { Ending } from "../ipc/bindings/Ending";
import type { Fit } from "../ipc/bindings/Fit";
import type { NumberSource } from "../ipc/bindings/NumberSource";
import type { Outcome } from "../ipc/bindings/Outcome";
import type { Paper } from "../ipc/bindings/Paper";
import type { PersonRole } from "../ipc/bindings/PersonRole";
import type { ReplyWay } from "../ipc/bindings/ReplyWay";
import type { ReviewResult } from "../ipc/bindings/ReviewResult";
import type { Route } from "../ipc/bindings/Route";
import type { SpanUnit } from "../ipc/bindings/SpanUnit";
import type { Stage } from "../ipc/bindings/Stage";
import type { StepKind } from "../ipc/bindings/StepKind";
import type { Unit } from "../ipc/bindings/Unit";
import type { Way } from "../ipc/bindings/Way";

export type Said = { label: string; article?: string };
type Words<Word extends string> = Record<Word, Said>;

type Rules = {
  classes: Words<Class>;
  competent: Words<Competent>;
  day_differences: Words<Difference>;
  day_states: Words<DayState>;
  delivery_ways: Words<DeliveryWay>;
  discard_reasons: Words<DiscardReason>;
  district_acts: Words<DistrictAct>;
  endings: Words<Ending>;
  fits: Words<Fit>;
  number_sources: Words<NumberSource>;
  outcomes: Words<Outcome>;
  papers: Words<Paper>;
  person_roles: Words<PersonRole>;
  reply_ways: Words<ReplyWay>;
  review_results: Words<ReviewResult>;
  routes: Words<Route>;
  span_units: Words<SpanUnit>;
  stages: Words<Stage>;
  steps: Words<StepKind>;
  units: Words<Unit>;
  ways: Words<Way>;
};

// A word without a label fails the type check here.
export const rules: Rules = table;

/** The words of one set as a list to choose from, in the table's order. */
export function choices<Word extends string>(words: Words<Word>): { value: Word; text: string }[] {
  return (Object.keys(words) as Word[]).map((value) => ({ value, text: words[value].label }));
}
