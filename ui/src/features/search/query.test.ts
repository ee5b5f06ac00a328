import { expect, it } from "vitest";

import { emptySeeking, isNarrowed, toQuery } from "./query";

const today = { year: 2026, month: 3, day: 2 };

it("nothing typed and nothing chosen asks nothing", () => {
  expect(toQuery(emptySeeking(), today)).toBeNull();
  expect(toQuery({ ...emptySeeking(), text: "  " }, today)).toBeNull();
});

it("a choice alone is a question", () => {
  const seeking = { ...emptySeeking(), state: "void" as const };
  expect(isNarrowed(seeking)).toBe(true);
  expect(toQuery(seeking, today)).toMatchObject({ text: "", state: "void", from: null, to: null, after: null });
});

it("a stretch of days ends with today and counts it", () => {
  const from = (when: "today" | "week" | "month" | "year") => toQuery({ ...emptySeeking(), when }, today)?.from;
  expect(from("today")).toBe("2026-03-02");
  expect(from("week")).toBe("2026-02-24");
  expect(from("month")).toBe("2026-02-01");
  expect(from("year")).toBe("2026-01-01");
});

it("days of one's own are read as they are typed, and one that is no day narrows nothing", () => {
  const own = { ...emptySeeking(), when: "own" as const, from: "2026.2.3", to: "去年" };
  expect(toQuery(own, today)).toMatchObject({ from: "2026-02-03", to: null });
});
