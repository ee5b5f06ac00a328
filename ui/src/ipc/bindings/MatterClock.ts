import type { Binds } from "./Binds"; import type { ClockCode } from "./ClockCode";
export type MatterClock = { code: ClockCode | null, label: string, binds: Binds, from: string, last_day: string | null, rolled: string | null, article: string, stopped_on: string | null, };
