import { beforeEach, expect, it, vi } from "vitest";

import type { SlipView } from "../../ipc/bindings/SlipView";
import { ipc } from "../../ipc/call";
import { print, unprinted } from "./prints";

const slip = { number: "120101001-01-20261124-0007", short: "01A-0007" };
const full = { code: "disk_full", params: {}, field: null, ref: "9c02" } as const;
const view: SlipView = { number: slip.number, pages: [], copy: 1, file: null, job: 3, undrawable: "" };

beforeEach(() => unprinted.clear());

it("a slip that was refused is remembered until it is issued", async () => {
  const issue = vi.spyOn(ipc, "slip").mockRejectedValueOnce(full).mockResolvedValueOnce(view);
  expect(await print(slip)).toBeUndefined();
  expect(unprinted.get(slip.number)).toEqual({ ...slip, failure: full });
  expect(await print(slip)).toEqual(view);
  expect(issue).toHaveBeenCalledTimes(2);
  expect(unprinted.size).toBe(0);
});
