import type { OwedRow } from "./OwedRow";
export type OwedList = { today: string, rows: Array<OwedRow>, };
