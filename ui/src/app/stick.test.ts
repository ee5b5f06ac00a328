import { beforeEach, expect, it, vi } from "vitest";

import type { ExchangeResult } from "../ipc/bindings/ExchangeResult";
import type { Failure } from "../ipc/bindings/Failure";
import { ipc } from "../ipc/call";
import { shell } from "./desk";
import { takeAnswer } from "./stick";

const before = { in_step: false, sent: 0, trouble: null } as ExchangeResult;
const after = { in_step: true, sent: 3, trouble: null } as ExchangeResult;

beforeEach(() => {
  vi.spyOn(ipc, "deskState").mockResolvedValue({} as never);
  Object.assign(shell.exchange, { progress: null, result: before, failure: null, unseen: false });
});

it("an answer from a stick is the result of the exchange", async () => {
  vi.spyOn(ipc, "takeAnswer").mockResolvedValue(after);
  expect(await takeAnswer("/media/u", () => expect.unreachable())).toBe(true);
  expect(shell.exchange.result).toEqual(after);
  expect(shell.exchanging).toBe(false);
});

it("a file that is refused leaves what was known before", async () => {
  const failure = { code: "stick_unreadable", params: {}, field: null, ref: "9c02" } as const;
  vi.spyOn(ipc, "takeAnswer").mockRejectedValue(failure);
  const refused: Failure[] = [];
  expect(await takeAnswer("/media/u", (given) => refused.push(given))).toBe(false);
  expect(refused).toEqual([failure]);
  expect(shell.exchange.result).toEqual(before);
});

it("no answer is taken while an exchange runs", async () => {
  const take = vi.spyOn(ipc, "takeAnswer").mockReset();
  shell.exchanging = true;
  await takeAnswer("/media/u", () => expect.unreachable());
  shell.exchanging = false;
  expect(take).not.toHaveBeenCalled();
});
