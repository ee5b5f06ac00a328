import { expect, it } from "vitest";

import type { MatterClock } from "../../ipc/bindings/MatterClock";
import type { Returned } from "../../ipc/bindings/Returned";
import { clockText, daysBetween, isOver, isOwed, toDo } from "./clocks";

const clock = (more: Partial<MatterClock> = {}): MatterClock => ({
  code: "C1",
  label: "书面告知来访人",
  binds: "office",
  from: "2026-11-24",
  last_day: "2026-12-09",
  rolled: null,
  article: "《信访工作条例》第二十三条第二款",
  stopped_on: null,
  ...more,
});

it("a clock of the office says how many days are left, that it is today, and that it has passed", () => {
  expect(clockText(clock(), "2026-11-29")).toContain("还有 10 天");
  expect(clockText(clock(), "2026-12-09")).toContain("就是今天");
  expect(clockText(clock(), "2026-12-12")).toContain("已超过 3 天");
  expect([isOver(clock(), "2026-12-09"), isOver(clock(), "2026-12-10")]).toEqual([false, true]);
});

it("a stopped clock is over for nobody, and a visitor's right is nothing that the office owes", () => {
  const stopped = clock({ stopped_on: "2026-11-30" });
  expect([isOwed(stopped), isOver(stopped, "2027-01-01"), clockText(stopped, "2027-01-01")]).toEqual([false, false, "书面告知来访人：2026-11-30 已完成"]);
  const right = clock({ code: "C6", label: "来访人可以请求复查", binds: "visitors_right", last_day: "2026-12-27" });
  expect([isOwed(right), clockText(right, "2027-01-01")]).toEqual([false, "来访人可以请求复查：到 2026-12-27 止"]);
});

it("a day off is told with the next working day, and a day that cannot be told is not guessed", () => {
  expect(clockText(clock({ rolled: "2026-12-10" }), "2026-11-29")).toContain("下一个工作日是 2026-12-10");
  expect(clockText(clock({ last_day: null }), "2026-11-29")).toContain("算不出");
});

it("days are counted over the end of a month and of a year", () => {
  expect([daysBetween("2026-11-24", "2026-12-09"), daysBetween("2026-12-31", "2027-01-01"), daysBetween("2027-03-01", "2027-02-27")]).toEqual([15, 1, -2]);
});

it("what is to be done follows from the kind of the entry", () => {
  const returned = (kind: string): Returned => ({ place: "A-5", kind, at: "", state: "set_aside", code: null, other: 0 });
  const kinds = ["registered", "corrected", "replied", "step_withdrawn", "document_issued"];
  expect(kinds.map((kind) => toDo(returned(kind)))).toEqual(["correct", "correct", "again", "wait", "wait"]);
});
