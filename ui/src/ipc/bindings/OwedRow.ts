import type { ClockCode } from "./ClockCode";
export type OwedRow = { number: string, short: string, title: string, what: string, code: ClockCode | null, day: string | null, rolled: string | null, days_left: number | null, article: string, };
