import { describe, expect, it } from "vitest";

import { shell } from "../../app/desk";
import type { DeskState } from "../../ipc/bindings/DeskState";
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
    // Unfolded, it stays while its last field is emptied.
    expect(applies("particulars", { ...draft, panel: "particulars" })).toBe(true);
    expect(applies("particulars", { ...draft, panel: "particulars", party: "organisation" })).toBe(false);
  });
});

describe("the place of a problem", () => {
  it("is on the form, or in the part that asks for it", () => {
    expect(placeOf({ field: "name", code: "name_unknown" }, emptyDraft())).toEqual({ panel: null, id: "name" });
    const received = { panel: "later", id: "received-at" };
    expect(placeOf({ field: "received_at", code: "received_in_future" }, emptyDraft())).toEqual(received);
    const denounced = { ...emptyDraft(), routing: { ...emptyQuestion(), class: "denunciation" as const } };
    expect(placeOf({ field: "routing", code: "code_not_in_table" }, denounced).id).toBe("class-denunciation");
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
    const later = { panel: "later", id: "received-at" } as const;
    const people = { panel: "people", id: "person-1-name" } as const;
    expect(inSight({ panel: null, id: "phone" }, draft)).toBe(true);
    expect(inSight(later, draft)).toBe(false);
    expect(inSight(later, { ...draft, panel: "later" })).toBe(true);
    expect(inSight(people, draft)).toBe(false);
    expect(inSight(people, { ...draft, headcount: 17 })).toBe(false);
    shell.desk = { collective_from: 5 } as DeskState;
    expect(inSight(people, { ...draft, headcount: 4 })).toBe(false);
    expect(inSight(people, { ...draft, headcount: 5 })).toBe(true);
    expect(inSight(people, { ...draft, headcount: 17, panel: "later" })).toBe(false);
  });

  it("is out of sight on the form where a part has unfolded over it", () => {
    const unfolded = { ...emptyDraft(), panel: "later" as const };
    expect(inSight({ panel: null, id: "materials" }, emptyDraft())).toBe(true);
    expect(inSight({ panel: null, id: "materials" }, unfolded)).toBe(false);
    expect(inSight({ panel: null, id: "phone" }, unfolded)).toBe(true);
  });
});
