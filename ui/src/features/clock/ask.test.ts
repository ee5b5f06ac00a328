import { expect, it, vi } from "vitest";

import type { Failure } from "../../ipc/bindings/Failure";
import { useDateAsk } from "./ask";

const failure = (code: Failure["code"]): Failure => ({ code, params: {}, field: null, ref: "" });

it("what waited for the date is done once it is right, and only once", () => {
  const [date, action] = [useDateAsk(), vi.fn()];
  date.note(failure("clock_behind"), action);
  expect(date.asked).toBe(true);
  date.right();
  date.right();
  expect(action).toHaveBeenCalledOnce();
  expect(date.asked).toBe(false);
});

it("nothing is done where the date is wrong, and nothing asked after another failure", () => {
  const [date, action] = [useDateAsk(), vi.fn()];
  date.note(failure("clock_ahead"), action);
  date.wrong();
  date.right();
  date.note(failure("disk_full"), action);
  expect(date.asked).toBe(false);
  expect(action).not.toHaveBeenCalled();
});
