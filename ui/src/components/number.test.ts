import { expect, it } from "vitest";

import { wholeNumber } from "./number";

it("reads digits of either width and keeps them between the bounds", () => {
  expect(wholeNumber("17", 1, 9999)).toBe(17);
  expect(wholeNumber("１７ 人", 1, 9999)).toBe(17);
  expect(wholeNumber("", 1, 9999)).toBe(1);
  expect(wholeNumber("0", 1, 9999)).toBe(1);
  expect(wholeNumber("123456", 1, 9999)).toBe(9999);
});
