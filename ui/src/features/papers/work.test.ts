import { expect, it } from "vitest";

import { begin, delivering, isTyped, voiding } from "./work";

it("a form is typed in once it differs from how it was opened", () => {
  const work = begin(voiding("新立访接〔2026〕01A-1号"));
  expect(isTyped(work)).toBe(false);
  if (work.form.does === "void") work.form.reason = "打坏了";
  expect(isTyped(work)).toBe(true);
});

it("what nobody has yet is delivered first, and all of it again where everybody has it", () => {
  const now = new Date("2026-11-24T01:05:00Z");
  const chosen = (open: string[]) => {
    const form = delivering(["一号", "二号"], open, "张伟", now);
    return form.does === "deliver" ? form.chosen : {};
  };
  expect(chosen(["二号"])).toEqual({ 一号: false, 二号: true });
  expect(chosen([])).toEqual({ 一号: true, 二号: true });
});
