import { describe, expect, it } from "vitest";

import { emptyDraft } from "./draft";
import { blankMaterial, blankPerson } from "./lines";
import { applies, holds, inSight, panels, placeOf } from "./panels";
import { emptyQuestion } from "./routing";

describe("the parts of the form", () => {
  it("hold nothing in a new draft, and blank lines are nothing", () => {
    const draft = { ...emptyDraft(), people: [blankPerson("representative")], materials: [blankMaterial()] };
    expect(panels.filter((panel) => holds(panel, draft))).toEqual([]);
  });

  it("say so once they hold something", () => {
    const draft = { ...emptyDraft(), way: "letter" as const, confidential: true, placeDetail: "3排", birth: "1972" };
    expect(panels.filter((panel) => holds(panel, draft))).toEqual(["routing", "wishes", "later", "particulars"]);
  });

  it("ask about the person only where a mediation paper may be written", () => {
    const draft = emptyDraft();
    expect(applies("particulars", draft)).toBe(false);
    const mediable = { ...draft, routing: { ...emptyQuestion(), mediation: "possible" as const } };
    expect(applies("particulars", mediable)).toBe(true);
    expect(applies("particulars", { ...mediable, party: "organisation" })).toBe(false);
    expect(applies("particulars", { ...draft, occupation: "教师" })).toBe(true);
  });
});

describe("the place of a problem", () => {
  it("is on the form, or in the part that asks for it", () => {
    expect(placeOf({ field: "name", code: "name_unknown" }, emptyDraft())).toEqual({ panel: null, id: "name" });
    const received = { panel: "later", id: "received-at" };
    expect(placeOf({ field: "received_at", code: "received_in_future" }, emptyDraft())).toEqual(received);
  });

  it("is the line of the person it is about, or the blank one where somebody is missing", () => {
    const people = [
      { ...blankPerson("witness"), name: "甲" },
      { ...blankPerson("agent"), name: "乙" },
      { ...blankPerson(), phone: "138" },
      blankPerson(),
    ];
    const id = (code: Parameters<typeof placeOf>[0]["code"]) => placeOf({ field: "people", code }, { ...emptyDraft(), people }).id;
    expect(id("authorisation_missing")).toBe("person-2-authorised");
    expect(id("person_without_name")).toBe("person-3-name");
    expect(id("guardian_missing")).toBe("person-4-name");
    expect(id("phone_unusual")).toBe("person-1-name");
  });

  it("is in sight on the form, in an unfolded part, and in the lines of representatives", () => {
    const draft = emptyDraft();
    expect(inSight(null, draft)).toBe(true);
    expect(inSight("later", draft)).toBe(false);
    expect(inSight("later", { ...draft, panel: "later" })).toBe(true);
    expect(inSight("people", draft)).toBe(false);
    expect(inSight("people", { ...draft, headcount: 17 })).toBe(true);
    expect(inSight("people", { ...draft, headcount: 17, panel: "later" })).toBe(false);
  });
});
