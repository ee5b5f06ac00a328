import { expect, it } from "vitest";

import type { EarlierTold } from "../../ipc/bindings/EarlierTold";
import { emptyDraft } from "../intake/draft";
import { takeOver } from "./takeOver";

const told: EarlierTold = {
  party: "person",
  name: { stated: "张伟" },
  address: { stated: "新立街道中河村3排12号" },
  phone: "13920011234",
  uscc: null,
};
const byPaper = { paper: "resident_id" as const, number: "11010519491231002X" };

it("fills what is blank, with the paper it was found by", () => {
  const draft = emptyDraft();
  takeOver(draft, told, byPaper);
  expect(draft.name.text).toBe("张伟");
  expect(draft.address.text).toBe("新立街道中河村3排12号");
  expect([draft.phone, draft.paperNumber]).toEqual(["13920011234", "11010519491231002X"]);
});

it("changes nothing that was typed or answered today", () => {
  const draft = emptyDraft();
  draft.name.text = "张玮";
  draft.address = { answer: "declined", text: "" };
  draft.phone = "13800000000";
  takeOver(draft, { ...told, party: "organisation" }, byPaper);
  expect([draft.name.text, draft.address.answer, draft.phone, draft.party]).toEqual(["张玮", "declined", "13800000000", "person"]);
});

it("the number of a slip is no paper, and what was not told then is no answer for today", () => {
  for (const number of ["120110005-20261124-01A-0007-K", "12011000520261124 01a0007k"]) {
    const draft = emptyDraft();
    takeOver(draft, { ...told, name: "unknown" }, { paper: "resident_id", number });
    expect(draft.paperNumber).toBe("");
    expect(draft.name).toEqual({ answer: "stated", text: "" });
  }
});
