import { expect, it } from "vitest";

import { emptyDraft } from "./draft";
import { leaveForm, unfinishedMatter, workOf } from "./work";

it("what a clerk typed waits for that clerk and no other", () => {
  workOf(1).draft.demand = "路灯坏了半年，要求修复。";
  expect(workOf(2).draft.demand).toBe("");
  expect(workOf(1).draft.demand).toBe("路灯坏了半年，要求修复。");
});

it("a correction is unfinished once something in it was changed, and only then", () => {
  const work = workOf(4);
  const correction = { number: "A", version: 1, draft: emptyDraft(), before: emptyDraft() };
  work.correction = correction;
  correction.draft.problems = [];
  expect(unfinishedMatter(work)).toBeNull();
  correction.draft.remark = "补充";
  expect(unfinishedMatter(work)).toBe("A");
});

it("a typed reason for voiding is unfinished, an empty one is not", () => {
  const work = workOf(5);
  work.voiding = { number: "B", reason: " " };
  expect(unfinishedMatter(work)).toBeNull();
  work.voiding.reason = "重复登记";
  expect(unfinishedMatter(work)).toBe("B");
});

it("a form that was left is empty and has a draft of its own", () => {
  const work = workOf(6);
  work.draft.demand = "路灯坏了半年，要求修复。";
  work.slots.visit = { id: "a", kept: "what was kept", backup: null, begunWith: "what was kept" };
  leaveForm(work);
  expect(work.draft.demand).toBe("");
  expect(work.slots.visit).toEqual({ id: null, kept: "", backup: null, begunWith: "" });
});
