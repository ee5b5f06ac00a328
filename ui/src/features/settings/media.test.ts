import { expect, it } from "vitest";

import { mediaName } from "./media";

it("a paper is called as people call it, and one that is not understood as the printer does", () => {
  expect(mediaName("iso_a5_148x210mm")).toBe("A5　148×210毫米");
  expect(mediaName("om_roll-80_80x297mm")).toBe("ROLL-80　80×297毫米");
  expect(mediaName("na_letter_8.5x11in")).toBe("LETTER　8.5×11英寸");
  expect(mediaName("X80MMY210MM")).toBe("X80MMY210MM");
});
