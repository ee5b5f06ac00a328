import { expect, it } from "vitest";

import type { Visit } from "../../ipc/bindings/Visit";
import { emptyDraft, toVisit } from "../intake/draft";
import { emptyQuestion } from "../intake/routing";
import { materialLine, personLine, rowsOf } from "./record";

const visit = (part: Partial<Visit>): Visit => ({ ...toVisit(emptyDraft()), ...part });
const told = (part: Partial<Visit>) => Object.fromEntries(rowsOf(visit(part)).map(({ label, text }) => [label, text]));
const nobody = { name: "", address: "", phone: null, identity: null, relation: "", authorised: false };

it("a visit with nothing filled in shows what always stands, and no empty line", () => {
  expect(told({})).toEqual({ 姓名: "不详", 住址: "不详", 来访人数: "1 人", 来源: "来访" });
});

it("what was filled in is shown in the field's own words", () => {
  expect(
    told({
      way: "letter",
      received_at: "2026-11-24T09:05:00",
      other_numbers: [{ source: "ledger", number: "2019-44" }],
      confidential: true,
      not_public: true,
      read_back: true,
      routing: { ...emptyQuestion(), route: "31-2", urgent: true, answerable: true },
      decision: { outcome: "accepted", door: null, advised: false, because: "双方同意", to_body: "", approver: "" },
    }),
  ).toMatchObject({
    来源: "来信",
    收到时间: "2026-11-24 09:05",
    "其他编号（旧台账）": "2019-44",
    要求: "要求保密、要求不公开",
    已宣读确认: "是",
    类别: "申诉求决类",
    途径: "仲裁",
    其他情况: "能够当场答复、重大紧急事项",
    决定: "受理（原因：双方同意，《信访工作条例》第三十一条第六项、第三十四条）",
  });
});

it("a body that nobody named is not shown as an answer", () => {
  expect(told({ routing: emptyQuestion() })).not.toHaveProperty("有权处理的单位");
  expect(told({ routing: { ...emptyQuestion(), competent: "several" } })).toHaveProperty("有权处理的单位");
});

it("a filed line says its table, so that the words of its own edition can be asked for", () => {
  const content = { edition: 1, code: "030000" };
  expect(rowsOf(visit({ content })).find((one) => one.filed)?.filed).toEqual({ table: "content_category", filed: content });
});

it("people and materials are lines of their own", () => {
  expect(personLine({ ...nobody, role: "agent", name: "周涛", relation: "律师", authorised: true })).toBe(
    "周涛（代理人，律师，已出示授权委托书）",
  );
  expect(personLine({ ...nobody, role: "companion", phone: "138" })).toBe("姓名未留（同行人，138）");
  expect(materialLine({ name: "合同", pages: 12, original: true })).toBe("合同，12页，原件");
  expect(materialLine({ name: "合同", pages: 0, original: false })).toBe("合同，复印件");
});
