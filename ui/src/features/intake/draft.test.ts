import { describe, expect, it } from "vitest";

import type { Problem } from "../../ipc/bindings/Problem";
import { agentName, contentOf, emptyDraft, fromVisit, isBlank, setAgentName, toVisit, weigh } from "./draft";
import { blankMaterial, blankNumber, blankPerson } from "./lines";
import { emptyQuestion } from "./routing";

const warning = (field: string, code: Problem["code"]): Problem => ({ field, code, severity: "warning" });
const error = (field: string, code: Problem["code"]): Problem => ({ field, code, severity: "error" });

describe("a draft", () => {
  it("with nothing typed says that name and address are not known", () => {
    const visit = toVisit(emptyDraft());
    expect(visit.name).toBe("unknown");
    expect(visit.address).toBe("unknown");
    expect(visit.identity).toBeNull();
    expect(visit.headcount).toBe(1);
    expect(visit.people).toEqual([]);
    expect(visit.received_at).toBeNull();
    expect(visit.routing).toBeNull();
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

  it("of a person sends no credit code left over from an organisation, and of an organisation no birthday", () => {
    const draft = { ...emptyDraft(), uscc: "91120110MA05X", birth: "1972-03-14", sex: "male" as const };
    expect(toVisit(draft)).toMatchObject({ uscc: null, particulars: { birth: "1972-03-14", sex: "male" } });
    expect(toVisit({ ...draft, party: "organisation" })).toMatchObject({
      uscc: "91120110MA05X",
      particulars: { birth: null, sex: "unknown" },
    });
  });

  it("of a proposal sends no kind of dispute left over from an appeal", () => {
    const dispute = { edition: 1, code: "04" };
    const draft = { ...emptyDraft(), dispute };
    expect(toVisit(draft).dispute).toEqual(dispute);
    expect(toVisit({ ...draft, routing: { ...emptyQuestion(), class: "proposal" } }).dispute).toBeNull();
  });

  it("keeps who speaks for an organisation among its people", () => {
    const draft = emptyDraft();
    setAgentName(draft, "刘");
    setAgentName(draft, "刘洋");
    expect(agentName(draft)).toBe("刘洋");
    expect(toVisit(draft).people).toMatchObject([{ role: "agent", name: "刘洋" }]);
    setAgentName(draft, "");
    expect(toVisit(draft).people).toEqual([]);
  });

  it("made from a visit gives the same visit back", () => {
    const person = { address: "", phone: null, identity: null, relation: "", authorised: false };
    const visit = {
      ...toVisit(emptyDraft()),
      way: "letter" as const,
      received_at: "2026-11-24T09:05:00",
      party: "organisation" as const,
      name: { stated: "天津华盛机械厂" },
      address: "declined" as const,
      identity: { paper: "passport" as const, number: "E12345678", nationality: "加拿大" },
      headcount: 17,
      people: [
        { ...person, role: "agent" as const, name: "刘洋", authorised: true },
        { ...person, role: "representative" as const, name: "王芳", phone: "13802223344" },
        { ...person, role: "witness" as const, name: "赵敏", identity: { paper: "resident_id" as const, number: "1" } },
      ],
      demand: "拖欠工程款三十二万元。",
      facts: "合同签于2025年3月。",
      earlier_steps: "到过人社局。",
      linked_to: "120110005-20261124-01A-0007-K",
      other_numbers: [{ source: "ledger" as const, number: "2019-44" }],
      place: { edition: 1, code: "120110005000" },
      place_detail: "3排12号",
      content: { edition: 2, code: "010201" },
      dispute: { edition: 1, code: "04" },
      routing: { ...emptyQuestion(), route: "31-2" as const, competent: "another_body" as const, urgent: true },
      decision: { outcome: "guided" as const, door: "labour_arbitration", advised: true, because: "", to_body: "", approver: "" },
      confidential: true,
      not_public: true,
      safe_contact: "不要打给单位",
      neutral_title: "工程款事项",
      materials: [{ name: "合同", pages: 12, original: true }],
      recusal: "张某回避，改由李某办理",
      read_back: true,
      passed_because: "经核对确实如此",
    };
    expect(toVisit(fromVisit(visit))).toEqual(visit);
    const particulars = { sex: "female" as const, birth: "1972-03-14", ethnic_group: { edition: 1, code: "03" }, occupation: "教师" };
    const told = { ...toVisit(emptyDraft()), particulars };
    expect(toVisit(fromVisit(told))).toEqual(told);
  });

  it("made from a visit shares nothing with it", () => {
    const visit = { ...toVisit(emptyDraft()), materials: [{ name: "合同", pages: 1, original: false }] };
    const draft = fromVisit(visit);
    if (draft.materials[0]) draft.materials[0].name = "改了";
    expect(visit.materials[0]?.name).toBe("合同");
  });

  it("with six representatives of an older record loses none", () => {
    const people = ["甲", "乙", "丙", "丁", "戊", "己"].map((name) => ({ ...blankPerson("representative"), name }));
    expect(toVisit(fromVisit(toVisit({ ...emptyDraft(), people }))).people).toHaveLength(6);
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
    draft.panel = "people";
    draft.people = [blankPerson("representative")];
    draft.materials = [blankMaterial()];
    draft.otherNumbers = [blankNumber()];
    expect(contentOf(draft)).toBe(before);
    expect(isBlank(draft)).toBe(true);
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
