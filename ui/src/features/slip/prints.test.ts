import { beforeEach, expect, it, vi } from "vitest";

import type { SlipView } from "../../ipc/bindings/SlipView";
import { ipc } from "../../ipc/call";
import { print, unprinted } from "./prints";

const slip = { number: "120101001-01-20261124-0007", short: "01A-0007" };
const trouble = { code: "printer_unreachable", params: {}, field: null, ref: "9c02" } as const;
const view = (part: Partial<SlipView>) =>
  ({ number: slip.number, pages: [], copy: 1, file: null, printed: false, trouble: null, ...part }) as SlipView;

beforeEach(() => unprinted.clear());

it("a slip that the printer did not take is remembered, and only sent again", async () => {
  await print(slip, async () => view({ trouble }));
  expect(unprinted.get(slip.number)).toEqual({ ...slip, failure: trouble, again: ipc.resendSlip });
});

it("a slip that was refused is made by the same command again", async () => {
  const command = vi.fn().mockRejectedValue({ ...trouble, code: "disk_full" });
  expect(await print(slip, command)).toBeUndefined();
  expect(unprinted.get(slip.number)?.again).toBe(command);
});

it("a slip is forgotten once it is out, and where there is no printer", async () => {
  await print(slip, async () => view({ trouble }));
  await print(slip, async () => view({ printed: true }));
  expect(unprinted.size).toBe(0);
  await print(slip, async () => view({}));
  expect(unprinted.size).toBe(0);
});
