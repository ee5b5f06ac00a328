import { describe, expect, it } from "vitest";

import type { Advice } from "../../ipc/bindings/Advice";
import type { Choice } from "../../ipc/bindings/Choice";
import type { Door } from "../../ipc/bindings/Door";
import { applicable, asAdvised, asks, decided, emptyQuestion, follows } from "./routing";

const door = (id: string): Door => ({ id, name: id, body: "", grounds: [], limits: [], note: "", first: null });
const choice = (outcome: Choice["outcome"], asked: Partial<Choice>): Choice => ({
  outcome,
  asks_body: false,
  asks_approver: false,
  ours: true,
  ...asked,
});
const advice = (given: Partial<Advice>): Advice => ({
  outcome: "guided",
  rule: "arbitration",
  article: "",
  because: "",
  paper: "guidance_sheet",
  also: [],
  needs_approver: false,
  clocks: ["C1"],
  suspended: false,
  sealed: false,
  mediation_offered: false,
  doors: [],
  caution: "",
  choices: [choice("forwarded", { asks_body: true }), choice("no_longer_accepted", { asks_approver: true })],
  ...given,
});

describe("the questions of routing", () => {
  it("ask an appeal for its route, and a denunciation neither for that nor for mediation", () => {
    expect(asks(emptyQuestion())).toMatchObject({ route: true, mediation: true, answerable: false });
    expect(asks({ ...emptyQuestion(), class: "denunciation" })).toMatchObject({ route: false, mediation: false, earlier: false });
  });

  it("leave out an answer whose question no longer makes sense", () => {
    const question = {
      ...emptyQuestion(),
      class: "denunciation" as const,
      route: "31-2" as const,
      competent: "another_body" as const,
      answerable: true,
      report_back: true,
      mediation: "wanted" as const,
      earlier: "reexamined" as const,
      urgent: true,
    };
    const expected = { ...emptyQuestion(), class: "denunciation", competent: "another_body", urgent: true };
    expect(applicable(question)).toEqual(expected);
  });

  it("keep every answer that makes sense", () => {
    const question = { ...emptyQuestion(), route: "31-6" as const, competent: "own" as const, answerable: true };
    expect(applicable(question)).toEqual(question);
  });
});

describe("a decision", () => {
  it("as advised names the door where only one was left", () => {
    expect(asAdvised(advice({ doors: [door("labour_arbitration")] })).door).toBe("labour_arbitration");
    expect(asAdvised(advice({ doors: [door("a"), door("b")] })).door).toBeNull();
    expect(asAdvised(advice({ outcome: "accepted", doors: [door("a")] })).door).toBeNull();
  });

  it("follows the advice with one of its doors, and not with another door or outcome", () => {
    const given = advice({ doors: [door("a")] });
    expect(follows(given, { outcome: "guided", door: "a" })).toBe(true);
    expect(follows(given, { outcome: "guided", door: "b" })).toBe(false);
    expect(follows(given, { outcome: "accepted", door: null })).toBe(false);
  });

  it("of the clerk keeps its reason, and a door only where it guides", () => {
    const given = advice({ doors: [door("a")] });
    expect(decided(given, "accepted", "a", "街道先核实")).toEqual({
      outcome: "accepted",
      door: null,
      advised: false,
      because: "街道先核实",
      to_body: "",
      approver: "",
    });
  });
});

it("a decision names the body it goes to and its approver only where one is asked", () => {
  const named = { to_body: "区住建委", approver: "周建国" };
  expect(decided(advice({}), "forwarded", null, "", named)).toMatchObject({ to_body: "区住建委", approver: "" });
  expect(decided(advice({}), "no_longer_accepted", null, "", named)).toMatchObject({ to_body: "", approver: "周建国" });
  expect(decided(advice({}), "accepted", null, "", named)).toMatchObject({ to_body: "", approver: "" });
});
