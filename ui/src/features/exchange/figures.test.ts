import { expect, it } from "vitest";

import { duration, size } from "./figures";

it("says sizes and times as a person would", () => {
  expect(size(900)).toBe("900 字节");
  expect(size(7000)).toBe("7 KB");
  expect(size(3_200_000)).toBe("3.1 MB");
  expect(duration(2)).toBe("几秒钟");
  expect(duration(23)).toBe("约 25 秒");
  expect(duration(200)).toBe("约 4 分钟");
});
