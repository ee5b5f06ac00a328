import { expect, it } from "vitest";

import type { PrinterView } from "../../ipc/bindings/PrinterView";
import type { PrintRow } from "../../ipc/bindings/PrintRow";
import { zh } from "../../text/zh";
import { paperName, printerTrouble, sentence } from "./trouble";

const row = (part: Partial<PrintRow>): PrintRow => ({
  id: 1,
  paper: "slip",
  number: "120110005-20261124-01A-0007-K",
  short: "01A-0007",
  copy: 1,
  copies: 1,
  at: "2026-11-24 09:05",
  state: "waiting",
  code: null,
  printer: "ipp://p/",
  unsent: true,
  asks: false,
  ...part,
});
const printer = (part: Partial<PrinterView>): PrinterView => ({ address: "ipp://p/", name: "", condition: "ready", needs: [], warnings: [], media: [], ...part });

it("a paper is called by its name and its copy", () => {
  expect(paperName(row({}))).toBe("来访登记回执");
  expect(paperName(row({ copy: 2 }))).toBe("来访登记回执 补打第2份");
  expect(paperName(row({ paper: "guidance_sheet", copies: 2 }))).toContain("一式2份");
  expect(paperName(row({ paper: null, number: "", short: "" }))).toBe("打印测试页");
});

it("what a printer needs comes before what it is called, and low ink stops nothing", () => {
  expect(printerTrouble(printer({ needs: ["paper", "ink_low"] }))).toBe(zh.printers.needs.paper);
  expect(printerTrouble(printer({ needs: ["ink_low"] }))).toBe("");
  expect(printerTrouble(printer({ condition: "unreachable" }))).toBe(zh.prints.unreachable);
  expect(printerTrouble(undefined)).toBe("");
});

it("a warning counts once the paper is late", () => {
  const warning = printer({ warnings: ["paper"] });
  expect(sentence(row({ state: "sent", unsent: false }), warning)).toBe(zh.prints.going.sent);
  expect(sentence(row({ state: "sent", unsent: false, asks: true }), warning)).toBe(zh.printers.needs.paper);
});

it("each state that is not at rest says what goes on or what to do", () => {
  expect(sentence(row({ printer: "" }), undefined)).toBe(zh.prints.noPrinter);
  expect(sentence(row({}), printer({}))).toBe(zh.prints.going.waiting);
  expect(sentence(row({ state: "sent", unsent: false }), printer({ needs: ["jam"] }))).toBe(zh.printers.needs.jam);
  expect(sentence(row({ state: "in_doubt", asks: true }), printer({}))).toContain("纸出来了吗？");
  expect(sentence(row({ state: "in_doubt" }), printer({}))).toBe(zh.prints.doubtAsking);
  expect(sentence(row({ state: "failed", code: "print_aborted" }), printer({}))).toContain("没有打完");
  expect(sentence(row({ state: "printed" }), printer({}))).toBe("");
});
