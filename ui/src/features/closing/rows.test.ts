import { expect, it } from "vitest";

import type { ClosingDay } from "../../ipc/bindings/ClosingDay";
import type { DraftLine } from "../../ipc/bindings/DraftLine";
import { discardsOf, ends, rowsOf, unsettled } from "./rows";

const draft = (id: string, own: boolean) => ({ id, own, kind: "visit", words: "路灯" }) as DraftLine;
const day = {
  drafts: [draft("a", true), draft("b", true), draft("c", false)],
  unanswered: [{ number: "N-1", document: "", day: "2026-11-24" }],
  undelivered: [{ number: "N-1", document: "告〔2026〕01A-1号", day: "2026-11-24" }],
  voids: [{ number: "N-2" }],
  prints: [{ id: 7 }],
  differences: [{ number: "N-3", difference: "slip_not_out" }],
} as unknown as ClosingDay;

it("lists what is to be settled in the order of the page, and no draft of another clerk", () => {
  expect(rowsOf(day, {}).map((row) => row.key)).toEqual([
    "draft-a",
    "draft-b",
    "notice-N-1-",
    "notice-N-1-告〔2026〕01A-1号",
    "void-N-2",
    "print-7",
    "difference-N-3-slip_not_out",
  ]);
});

it("counts a draft as settled once it has a reason, and throws away none of another clerk or that is gone", () => {
  const discards = { a: "mistyped", c: "withdrawn", gone: "withdrawn" } as const;
  expect(unsettled(day, discards)).toBe(1);
  expect(discardsOf(day, discards)).toEqual([{ draft: "a", reason: "mistyped" }]);
});

it("writes a range as its numbers are called out", () => {
  const range = { mark: "AB", from: 1, to: 12, kept: 12, void: 0, imported: 0, slips: 12, confirmed: 0 };
  expect(ends("01", range)).toEqual(["01AB-0001", "01AB-0012"]);
});
