import { expect, it } from "vitest";

import { sizeText } from "./sizes";

it("a size is said in the unit people use", () => {
  expect(sizeText(1)).toBe("1 KB");
  expect(sizeText(200_000)).toBe("195 KB");
  expect(sizeText(3_400_000)).toBe("3.2 MB");
});
