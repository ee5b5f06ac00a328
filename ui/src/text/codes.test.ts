import { expect, it } from "vitest";

import { codes } from "./codes";

it("every code has a sentence that ends as one", () => {
  for (const [code, { sentence, remedy }] of Object.entries(codes)) {
    expect(sentence, code).toMatch(/。$/);
    expect(remedy, code).toMatch(/^$|。$/);
  }
});
