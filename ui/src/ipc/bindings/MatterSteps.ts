import type { MatterClock } from "./MatterClock"; import type { Returned } from "./Returned"; import type { ShownStep } from "./ShownStep"; import type { Stage } from "./Stage"; import type { StepOffer } from "./StepOffer";
export type MatterSteps = { number: string, stage: Stage, steps: Array<ShownStep>, clocks: Array<MatterClock>, offers: Array<StepOffer>, returned: Array<Returned>, };
