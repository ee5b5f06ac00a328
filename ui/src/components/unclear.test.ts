import { expect, it } from "vitest";

import { focusUnclear } from "./unclear";

it("the first field that is not understood gets the focus, and a form without one goes on", () => {
  document.body.innerHTML = "<form><input id='a'><input id='b' data-unclear='true'><input data-unclear='true'></form>";
  const form = document.querySelector("form") as HTMLFormElement;
  expect(focusUnclear(form)).toBe(true);
  expect(document.activeElement?.id).toBe("b");
  form.innerHTML = "<input id='a'>";
  expect(focusUnclear(form)).toBe(false);
  expect(focusUnclear(undefined)).toBe(false);
});
