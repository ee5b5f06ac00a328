import { expect, it } from "vitest";

import { emptyDraft } from "./draft";
import { isUnfinished, unfinishedMatter, workOf } from "./work";

it("what a clerk typed waits for that clerk and no other", () => {
  workOf(1).draft.demand = "路灯坏了半年，要求修复。";
  expect(workOf(2).draft.demand).toBe("");
  expect(workOf(1).draft.demand).toBe("路灯坏了半年，要求修复。");
});

it("a draft with anything in it is unfinished", () => {
  const work = workOf(3);
  expect(isUnfinished(work)).toBe(false);
  work.draft.phone = "13802223344";
  expect(isUnfinished(work)).toBe(true);
});

it("a correction is unfinished once something in it was changed, and only then", () => {
  const work = workOf(4);
  work.correction = { number: "A", draft: emptyDraft(), before: emptyDraft() };
  work.correction.draft.problems = [];
  expect(unfinishedMatter(work)).toBeNull();
  work.correction.draft.remark = "补充";
  expect(unfinishedMatter(work)).toBe("A");
  expect(isUnfinished(work)).toBe(true);
});

it("a typed reason for voiding is unfinished, an empty one is not", () => {
  const work = workOf(5);
  work.voiding = { number: "B", reason: " " };
  expect(unfinishedMatter(work)).toBeNull();
  work.voiding.reason = "重复登记";
  expect(unfinishedMatter(work)).toBe("B");
});

it("a line about advice is unfinished, folded or not", () => {
  const work = workOf(6);
  work.advice = { open: false, line: "问了低保怎么办" };
  expect(isUnfinished(work)).toBe(true);
  work.advice.line = "";
  expect(isUnfinished(work)).toBe(false);
});
