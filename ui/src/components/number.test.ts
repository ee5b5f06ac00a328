import { expect, it } from "vitest";

import { wholeNumber } from "./number";

it("reads digits of either width, with or without a measure word", () => {
  expect(wholeNumber("17", 1, 9999)).toBe(17);
  expect(wholeNumber("１７ 人", 1, 9999)).toBe(17);
  expect(wholeNumber("3份", 0, 9999)).toBe(3);
  expect(wholeNumber("", 1, 9999)).toBe(1);
});

it("makes no number out of what is not one, or not between the bounds", () => {
  for (const typed of ["12-15", "十", "十几人", "1 2", "1.5", "-3", "0", "123456"]) {
    expect(wholeNumber(typed, 1, 9999), typed).toBeNull();
  }
});
