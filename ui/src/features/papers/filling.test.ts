import { describe, expect, it } from "vitest";

import type { Filling } from "../../ipc/bindings/Filling";
import type { Offer } from "../../ipc/bindings/Offer";
import { pressing, toDraft, toFilling } from "./filling";

const today = { year: 2026, month: 11, day: 24 };
const blank: Filling = {
  addressee: "",
  reason: "",
  measures: "",
  unit: "",
  unit_phone: "",
  to_body: "",
  to_contact: "",
  door: null,
  limit: null,
  items: [],
  opinion: "",
  opinion_date: null,
  approver: "",
  approved_at: null,
  other_party: null,
  requests: "",
  mediator: "",
};

describe("what stands on a paper", () => {
  it("comes back as it was offered", () => {
    const full: Filling = {
      ...blank,
      addressee: "张伟",
      items: ["身份证复印件", "物业服务合同"],
      limit: "2027-01-23",
      door: "labour_arbitration",
      approved_at: "2026-11-24T09:00:00",
      other_party: { name: "某物业公司", sex: "not_stated", age: 40, ethnic_group: "", occupation: "", contact: "24990000", address: "" },
    };
    for (const filling of [blank, full]) expect(toFilling(toDraft(filling), today)).toEqual(filling);
  });

  it("is read from days, moments and lines as they are typed", () => {
    const draft = toDraft(blank);
    Object.assign(draft.texts, { limit: "20270222", approved_at: "11月24日 9:00", items: " 合同 \n\n 发票" });
    expect(toFilling(draft, today)).toEqual({
      ...blank,
      limit: "2027-02-22",
      approved_at: "2026-11-24T09:00:00",
      items: ["合同", "发票"],
    });
  });

  it("is not taken with a day, a moment or an age that is none", () => {
    for (const wrong of [{ limit: "2月30日" }, { opinion_date: "去年" }, { approved_at: "上午" }]) {
      const draft = toDraft(blank);
      Object.assign(draft.texts, wrong);
      expect(toFilling(draft, today)).toBeNull();
    }
    const draft = toDraft(blank);
    draft.party.age = "四十";
    expect(toFilling(draft, today)).toBeNull();
  });
});

it("only what is told now presses", () => {
  const offers = (["outcome", "materials", "mediation", "on_request"] as const).map((fit) => ({ fit }) as Offer);
  expect(pressing(offers).map((offer) => offer.fit)).toEqual(["outcome", "mediation"]);
});
