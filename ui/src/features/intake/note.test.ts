import { expect, it } from "vitest";

import { noteOf } from "./note";

it("says in words whether it must be changed", () => {
  expect(noteOf({ field: "demand", code: "demand_empty", severity: "error" }).text).toMatch(/^须改：还没有记下/);
  expect(noteOf({ field: "name", code: "name_unknown", severity: "warning" }).text).toMatch(/^请核对：姓名/);
});
