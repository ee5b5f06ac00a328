import type { Code } from "./Code"; import type { ReturnedState } from "./ReturnedState";
export type Returned = { place: string, kind: string, at: string, state: ReturnedState, code: Code | null, other: number, };
