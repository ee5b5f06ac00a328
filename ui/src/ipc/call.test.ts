import { expect, it, vi } from "vitest";

import { asFailure } from "./call";

it("a rejected command is a failure as the desk gave it", () => {
  const given = { code: "disk_full", params: {}, field: null, ref: "9c02" };
  expect(asFailure(given)).toEqual(given);
});

it("anything else that rejects is our own mistake and never shown raw", () => {
  const log = vi.spyOn(console, "error").mockImplementation(() => undefined);
  expect(asFailure("invalid args `visit`")).toEqual({ code: "internal", params: {}, field: null, ref: "" });
  expect(log).toHaveBeenCalledOnce();
});
