import { expect, it } from "vitest";

import { workOf } from "./work";

it("what a clerk typed waits for that clerk and no other", () => {
  workOf(1).draft.demand = "路灯坏了半年，要求修复。";
  expect(workOf(2).draft.demand).toBe("");
  expect(workOf(1).draft.demand).toBe("路灯坏了半年，要求修复。");
});
