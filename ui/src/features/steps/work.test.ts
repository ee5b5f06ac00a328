import { expect, it } from "vitest";

import type { StepOffer } from "../../ipc/bindings/StepOffer";
import { begin, isTyped, taking, toStep, withdrawing } from "./work";

const begun = {
  on: "2026-11-25",
  section: "",
  person: "",
  due: null,
  way: null,
  answer: "",
  by: "",
  received_on: null,
  ending: null,
  note: "",
};
const offer: StepOffer = { kind: "handed_over", fields: ["on", "section", "person", "due", "note"], begun };

function typed(changes: Record<string, string>) {
  const form = taking(offer);
  if (form.does !== "take") throw new Error("not a step");
  return { ...form.draft, ...changes };
}

it("a form is typed in once it differs from how it was opened", () => {
  const work = begin(withdrawing("5f"));
  expect(isTyped(work)).toBe(false);
  if (work.form.does === "withdraw") work.form.reason = "记错了";
  expect(isTyped(work)).toBe(true);
});

it("days are read as they are typed, and what is no day keeps the step back", () => {
  expect(toStep(typed({ due: "2026.12.5" }))?.due).toBe("2026-12-05");
  expect(toStep(typed({ due: "" }))?.due).toBeNull();
  expect(toStep(typed({ due: "下周" }))).toBeNull();
  expect(toStep(typed({ on: "" }))).toBeNull();
});

it("what is not chosen is nothing", () => {
  const step = toStep(typed({ section: "综治办" }));
  expect(step).toEqual({ ...begun, section: "综治办" });
});
