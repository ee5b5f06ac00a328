import { expect, it } from "vitest";
import { createApp, h } from "vue";

import type { Failure } from "../ipc/bindings/Failure";
import FailureNote from "./FailureNote.vue";

function shown(failure: Failure): string {
  const page = document.createElement("div");
  Element.prototype.scrollIntoView = () => {};
  const app = createApp(() => h(FailureNote, { failure }));
  app.mount(page);
  const text = page.textContent ?? "";
  app.unmount();
  return text;
}

it("a desk out of service says whom to ask, and nothing of a log", () => {
  const retired: Failure = { code: "desk_retired", params: { contact: "信息科 022-24999999" }, field: null, ref: "" };
  expect(shown(retired)).toContain("请联系：信息科 022-24999999");
  expect(shown(retired)).not.toContain("日志编号");
  expect(shown({ ...retired, params: {}, ref: "a1b2c3" })).toMatch(/日志编号 a1b2c3$/);
});
