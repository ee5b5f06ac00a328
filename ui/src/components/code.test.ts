import { expect, it } from "vitest";

import { leafFirst } from "./code";

it("the own name of a code comes before those of its parents", () => {
  expect(leafFirst("城乡建设 / 城市建设和市政管理 / 供热")).toBe("供热（城乡建设 / 城市建设和市政管理）");
  expect(leafFirst("汉族")).toBe("汉族");
});
