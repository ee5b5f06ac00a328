import type { Ending } from "./Ending"; import type { ReplyWay } from "./ReplyWay";
export type StepTaken = { on: string, section: string, person: string, due: string | null, way: ReplyWay | null, answer: string, by: string, received_on: string | null, ending: Ending | null, note: string, };
