import { describe, expect, it } from "vitest";

import type { Problem } from "../../ipc/bindings/Problem";
import { contentOf, emptyDraft, fromVisit, hasRepresentatives, isBlank, namelessLines, toVisit, weigh } from "./draft";

const warning = (field: string, code: Problem["code"]): Problem => ({ field, code, severity: "warning" });
const error = (field: string, code: Problem["code"]): Problem => ({ field, code, severity: "error" });

describe("a draft", () => {
  it("with nothing typed says that name and address are not known", () => {
    const visit = toVisit(emptyDraft());
    expect(visit.name).toBe("unknown");
    expect(visit.address).toBe("unknown");
    expect(visit.identity).toBeNull();
    expect(visit.headcount).toBe(1);
    expect(visit.representatives).toEqual([]);
  });

  it("keeps what was typed code point for code point", () => {
    const draft = emptyDraft();
    draft.name.text = "阿不都热依木·买买提";
    draft.demand = "𬱖家门前的路灯坏了半年，要求修复。";
    expect(toVisit(draft).name).toEqual({ stated: "阿不都热依木·买买提" });
    expect(toVisit(draft).demand).toBe(draft.demand);
  });

  it("keeps the typed name while 不愿提供 is chosen, and sends only the choice", () => {
    const draft = emptyDraft();
    draft.name = { answer: "declined", text: "张伟" };
    expect(toVisit(draft).name).toBe("declined");
    expect(draft.name.text).toBe("张伟");
  });

  it("of a person sends no credit code left over from an organisation", () => {
    const draft = { ...emptyDraft(), uscc: "91120110MA05X", agent: "刘洋" };
    expect(toVisit(draft)).toMatchObject({ uscc: null, agent: null });
    expect(toVisit({ ...draft, party: "organisation" })).toMatchObject({ uscc: "91120110MA05X", agent: "刘洋" });
  });

  it("made from a visit gives the same visit back", () => {
    const visit = {
      ...toVisit(emptyDraft()),
      party: "organisation" as const,
      name: { stated: "天津华盛机械厂" },
      address: "declined" as const,
      identity: { paper: "passport" as const, number: "E12345678" },
      agent: "刘洋",
      headcount: 17,
      representatives: [{ name: "刘洋", phone: "13802223344" }, { name: "王芳", phone: null }],
      demand: "拖欠工程款三十二万元。",
      facts: "合同签于2025年3月。",
      materials: 4,
      passed_because: "经核对确实如此",
    };
    expect(toVisit(fromVisit(visit))).toEqual(visit);
  });

  it("with six representatives of an older record loses none", () => {
    const representatives = ["甲", "乙", "丙", "丁", "戊", "己"].map((name) => ({ name, phone: null }));
    expect(toVisit(fromVisit({ ...toVisit(emptyDraft()), representatives })).representatives).toHaveLength(6);
  });

  it("is blank until something is typed", () => {
    const draft = emptyDraft();
    expect(isBlank(draft)).toBe(true);
    draft.remark = "补充";
    expect(isBlank(draft)).toBe(false);
  });

  it("has the same content whatever was noticed about it", () => {
    const draft = emptyDraft();
    const before = contentOf(draft);
    weigh(draft, [warning("name", "name_unknown")]);
    draft.showRepresentatives = true;
    expect(contentOf(draft)).toBe(before);
  });
});

describe("the lines of representatives", () => {
  it("stay in sight as long as anything stands in one of them", () => {
    const draft = emptyDraft();
    expect(hasRepresentatives(draft)).toBe(false);
    draft.representatives[4] = { name: "", phone: "13802223344" };
    expect(hasRepresentatives(draft)).toBe(true);
  });

  it("with a telephone and no name are named and kept", () => {
    const draft = emptyDraft();
    draft.representatives[0] = { name: "刘洋", phone: "13802223344" };
    draft.representatives[2] = { name: " ", phone: "13802223355" };
    expect(namelessLines(draft)).toEqual([2]);
    expect(draft.representatives[2]?.phone).toBe("13802223355");
  });
});

describe("weighing what the check noticed", () => {
  it("registers a visit without problems, and forgets a reason that is no longer needed", () => {
    const draft = { ...emptyDraft(), reason: "经核对确实如此" };
    expect(weigh(draft, [])).toBe("register");
    expect(draft.reason).toBe("");
  });

  it("never registers with an error, whatever reason is given", () => {
    const draft = { ...emptyDraft(), reason: "经核对确实如此" };
    const problems = [warning("name", "name_unknown"), error("demand", "demand_empty")];
    expect(weigh(draft, problems)).toBe("errors");
    expect(weigh(draft, problems)).toBe("errors");
    expect(draft.problems).toEqual(problems);
  });

  it("shows warnings first and registers with a reason at the second attempt", () => {
    const draft = emptyDraft();
    const problems = [warning("name", "name_unknown")];
    expect(weigh(draft, problems)).toBe("warnings");
    expect(weigh(draft, problems)).toBe("warnings");
    draft.reason = "来访人说不清楚";
    expect(weigh(draft, problems)).toBe("register");
    expect(draft.reason).toBe("来访人说不清楚");
  });

  it("shows a new warning even where a reason was given for another", () => {
    const draft = emptyDraft();
    weigh(draft, [warning("name", "name_unknown")]);
    draft.reason = "来访人说不清楚";
    const both = [warning("name", "name_unknown"), warning("phone", "phone_unusual")];
    expect(weigh(draft, both)).toBe("warnings");
    expect(weigh(draft, both)).toBe("register");
  });
});
