/** How a clock of a matter is told, and what an entry that the district gave back asks of the clerk. */
import type { MatterClock } from "../../ipc/bindings/MatterClock";
import type { Returned } from "../../ipc/bindings/Returned";
import { rules } from "../../text/rules";
import { steps as words } from "../../text/zh-steps";

/** Days from one civil day to another, both as `2026-11-24`. */
export const daysBetween = (from: string, to: string) => Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000);

export const isOwed = (clock: MatterClock) => clock.binds === "office" && clock.stopped_on === null;

/** Whether its last day has passed and the office still owes it. */
export const isOver = (clock: MatterClock, today: string) => isOwed(clock) && clock.last_day !== null && clock.last_day < today;

export function clockText(clock: MatterClock, today: string): string {
  const { label, last_day: last, rolled } = clock;
  if (clock.stopped_on !== null) return words.stopped(label, clock.stopped_on);
  if (last === null) return words.owesUntold(label);
  const next = rolled ? words.rolled(rolled) : "";
  if (clock.binds !== "office") return words.right(label, last) + next;
  return words.owes(label, last, words.left(daysBetween(today, last))) + next;
}

export type ToDo = keyof typeof words.toDo;

/** What a clerk does about an entry that was set aside. */
export function toDo({ kind }: Returned): ToDo {
  if (kind === "registered" || kind === "corrected") return "correct";
  return kind in rules.steps ? "again" : "wait";
}
