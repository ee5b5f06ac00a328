import type { StepKind } from "./StepKind"; import type { StepTaken } from "./StepTaken";
export type StepOffer = { kind: StepKind, fields: Array<string>, begun: StepTaken, };
