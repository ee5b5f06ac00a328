import { beforeEach, expect, it, vi } from "vitest";

import type { ExchangeResult } from "../ipc/bindings/ExchangeResult";
import { ipc } from "../ipc/call";
import { shell } from "./desk";
import { startExchange } from "./exchange";

const done: ExchangeResult = {
  in_step: true,
  sent: 3,
  already_had: 0,
  came_back: 0,
  carried: 0,
  drafts_gone: 0,
  acted: 0,
  clerks_left: [],
  set_aside: 0,
  waiting: 0,
  head: "7f3a",
  entries_in_step: true,
  files_sent: 0,
  files_missing: 0,
  files_back: 0,
  files_lost: 0,
  files_refused: 0,
  trouble: null,
  at: "2026-11-24 17:30",
};

beforeEach(() => {
  vi.spyOn(ipc, "deskState").mockResolvedValue({} as never);
});

it("an exchange that left nothing to do keeps its result and calls nobody", async () => {
  vi.spyOn(ipc, "exchange").mockResolvedValue(done);
  await startExchange();
  expect(shell.exchange).toEqual({ progress: null, result: done, failure: null, unseen: false });
  expect(shell.exchanging).toBe(false);
});

it("an exchange that failed, or left something aside, waits to be seen", async () => {
  const trouble = { code: "district_unreachable", params: {}, field: null, ref: "9c02" } as const;
  const exchange = vi.spyOn(ipc, "exchange");
  exchange.mockResolvedValueOnce({ ...done, in_step: false, set_aside: 1 });
  await startExchange();
  expect(shell.exchange.unseen).toBe(true);
  exchange.mockResolvedValueOnce({ ...done, in_step: false, trouble });
  await startExchange();
  expect(shell.exchange.unseen).toBe(true);
  exchange.mockRejectedValueOnce(trouble);
  await startExchange();
  expect(shell.exchange).toEqual({ progress: null, result: null, failure: trouble, unseen: true });
});

it("a second exchange does not start beside the first", async () => {
  let end = (_: ExchangeResult) => {};
  const exchange = vi.spyOn(ipc, "exchange").mockReset();
  exchange.mockReturnValue(new Promise((resolve) => (end = resolve)));
  const first = startExchange();
  await startExchange();
  expect(exchange).toHaveBeenCalledOnce();
  expect(shell.exchange.result).toBeNull();
  end(done);
  await first;
  expect(shell.exchange.result).toEqual(done);
});
