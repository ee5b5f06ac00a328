import { expect, it } from "vitest";

import type { Delivery } from "../../ipc/bindings/Delivery";
import type { IssuedPaper } from "../../ipc/bindings/IssuedPaper";
import type { OtherPaper } from "../../ipc/bindings/OtherPaper";
import { deliveryText, freshDelivery, momentNow, nameOf, otherLines, otherNameOf, otherStateOf, stateOf, toDelivery } from "./delivery";

const told: Delivery = {
  way: "in_person",
  receiver: "张伟",
  relation: "本人",
  at: "2026-11-24T09:05:00",
  place: "",
  witness: "",
  refused: false,
  remark: "",
};
const paper: IssuedPaper = {
  document: "新立访接〔2026〕01A-1号",
  paper: "acceptance_notice",
  numbered: true,
  kept: false,
  issued: "2026-11-24 09:05",
  clerk: 2,
  job: null, copies: 1,
  printed: "2026-11-24 09:05",
  filling: null,
  documents: [],
  voided: null,
  void_reason: "",
  deliveries: [],
};
const here = (one: Delivery | null) => ({ written: "2026-11-24 09:06", clerk: 2, window: null, told: one });
const delivered = (...ways: (Delivery | null)[]) => ({
  ...paper,
  deliveries: ways.map((one) => here(one)),
});

it("a paper is open, kept, delivered, refused or void", () => {
  expect(stateOf({ ...paper, paper: "internal_assignment", kept: true })).toBe("kept");
  const refused = { ...told, refused: true, receiver: "", remark: "不愿签字" };
  expect(stateOf(paper)).toBe("open");
  expect(stateOf(delivered(refused))).toBe("refused");
  expect(stateOf(delivered(refused, told))).toBe("delivered");
  expect(stateOf(delivered(null))).toBe("delivered");
  expect(stateOf({ ...delivered(told), voided: "2026-11-24 10:00" })).toBe("void");
});

it("a delivery is told in one line", () => {
  expect(deliveryText(here(told))).toBe("2026-11-24 09:05 当面送达，张伟（本人）签收");
  expect(deliveryText(here({ ...told, way: "left", refused: true, remark: "不愿签字" }))).toBe("2026-11-24 09:05 留置送达，拒收：不愿签字");
  expect(deliveryText(here(null))).toBe("送达情况只给指定的人看");
});

it("a delivery at another window says which, also where it may say no more", () => {
  const there = { ...here(told), clerk: 0, window: "02" };
  expect(deliveryText(there)).toBe("外窗口 02：2026-11-24 09:05 当面送达，张伟（本人）签收");
  expect(deliveryText({ ...there, told: null })).toBe("外窗口 02：2026-11-24 09:06 登记了送达，详情只给指定的人看");
});

it("a paper of another window stands as that window, this one and the district know it", () => {
  const told2 = { desk: "02", ours: false, on: "2026-11-25", refused: false };
  const other: OtherPaper = { document: paper.document, paper: "acceptance_notice", issued: "2026-11-24", void: false, told: null, here: [] };
  const refused = { ...told, refused: true, receiver: "", remark: "不愿签字" };
  expect(otherStateOf(other)).toBe("open");
  expect(otherStateOf({ ...other, here: [here(told)] })).toBe("delivered");
  expect(otherStateOf({ ...other, told: told2, here: [here(refused)] })).toBe("delivered");
  expect(otherStateOf({ ...other, told: { ...told2, refused: true } })).toBe("refused");
  expect(otherStateOf({ ...other, void: true, here: [here(told)] })).toBe("void");
  expect(otherLines({ ...other, told: told2 })).toEqual(["窗口 02 2026-11-25 已送达"]);
  // What the district tells of this very window is what was written down here.
  expect(otherLines({ ...other, told: { ...told2, ours: true }, here: [here(told)] })).toEqual([
    "本窗口：2026-11-24 09:05 当面送达，张伟（本人）签收",
  ]);
  expect(otherNameOf({ ...other, paper: null })).toBe(paper.document);
});

it("a paper without a number is called by its name", () => {
  expect(nameOf(paper)).toBe("接收/受理告知书 新立访接〔2026〕01A-1号");
  expect(nameOf({ ...paper, paper: "privacy_notice", numbered: false })).toBe("个人信息处理告知");
});

it("now is the desk's civil time, and a time that is none is not taken", () => {
  const now = new Date("2026-11-23T17:05:30Z");
  const today = { year: 2026, month: 11, day: 24 };
  expect(momentNow(now)).toBe("2026-11-24 01:05");
  expect(toDelivery(freshDelivery(now), today)?.at).toBe("2026-11-24T01:05:00");
  expect(toDelivery({ ...freshDelivery(now), at: "刚才" }, today)).toBeNull();
});
