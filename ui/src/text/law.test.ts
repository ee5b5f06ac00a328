import { expect, it } from "vitest";

import { doorBody, doorChoices, doorName } from "./law";

it("the advised doors are first, and every door is there", () => {
  const all = doorChoices([]);
  const [first] = doorChoices(["labour_arbitration"]);
  expect(first).toEqual({ value: "labour_arbitration", text: doorName("labour_arbitration") });
  expect(doorChoices(["labour_arbitration"]).length).toBe(all.length);
  expect(doorBody("labour_arbitration")).not.toBe("");
  expect(doorBody("")).toBe("");
});
