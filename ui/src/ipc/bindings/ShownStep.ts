import type { StepKind } from "./StepKind"; import type { StepTaken } from "./StepTaken";
export type ShownStep = { step: string, kind: StepKind, taken: StepTaken, told: boolean, written: string, clerk: number, withdrawn: string | null, reason: string, };
