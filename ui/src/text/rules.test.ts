import { expect, it } from "vitest";

import type { ClockCode } from "../ipc/bindings/ClockCode";
import { clockLabel, doorName } from "./law";
import { choices, rules } from "./rules";

it("every word has a label", () => {
  for (const [section, words] of Object.entries(rules)) {
    for (const [word, { label }] of Object.entries(words)) expect(label, `${section} ${word}`).not.toBe("");
  }
});

it("a set of words is offered in the order of its table", () => {
  expect(choices(rules.ways).map((one) => one.text)).toEqual(["来访", "来信", "来电", "网信", "领导接访"]);
});

it("every clock that an advice can start has a name", () => {
  const codes: ClockCode[] = ["C1", "C1'", "C2", "C3", "C4", "C5", "C6", "C7", "C8", "C9", "C10"];
  for (const code of codes) expect(clockLabel(code), code).not.toBe(code);
});

it("a door is called by its name, and an unknown one by its word", () => {
  expect(doorName("civil_action")).toBe("民事诉讼");
  expect(doorName("of_tomorrow")).toBe("of_tomorrow");
});
