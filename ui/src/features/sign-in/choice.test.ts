import { expect, it } from "vitest";

import type { Clerk } from "../../ipc/bindings/Clerk";
import { firstChoice } from "./choice";

const clerks: Clerk[] = [
  { id: 1, name: "赵敏", role: "administrator" },
  { id: 2, name: "王芳", role: "clerk" },
  { id: 3, name: "李强", role: "clerk" },
];

it("the page begins with the first who registers, not with the administrator", () => {
  expect(firstChoice(clerks, null)).toBe(2);
  expect(firstChoice(clerks.slice(0, 1), null)).toBe(1);
  expect(firstChoice([], null)).toBe(0);
});

it("whoever was here last comes first, as long as they are still listed", () => {
  expect(firstChoice(clerks, 3)).toBe(3);
  expect(firstChoice(clerks, 1)).toBe(1);
  expect(firstChoice(clerks, 9)).toBe(2);
});
