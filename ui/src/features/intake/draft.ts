/**
 * The form of a visit while it is being filled in, and its way to and from a `Visit`. Holds no rule about visits: what is
 * wrong or unusual comes from `check_visit`; this keeps what was typed, what was noticed, and whether it may go on.
 */
import type { IdPaper } from "../../ipc/bindings/IdPaper";
import type { Party } from "../../ipc/bindings/Party";
import type { Problem } from "../../ipc/bindings/Problem";
import type { Stated } from "../../ipc/bindings/Stated";
import type { Visit } from "../../ipc/bindings/Visit";

/** Chosen answer of a statutory fact; the text stays even while it is not the answer. */
export type Fact = { answer: "stated" | "unknown" | "declined"; text: string };

export type Draft = {
  party: Party;
  name: Fact;
  address: Fact;
  phone: string;
  paper: IdPaper;
  paperNumber: string;
  uscc: string;
  agent: string;
  headcount: number;
  representatives: { name: string; phone: string }[];
  /** Asked for by key at fewer than five people. */
  showRepresentatives: boolean;
  title: string;
  demand: string;
  facts: string;
  complainedOf: string;
  materials: number;
  remark: string;
  reason: string;
  /** What the last attempt noticed; null before the first. */
  problems: Problem[] | null;
  /** Warnings the clerk has seen, as "field code": a new one is shown before it is passed. */
  seen: string[];
};

/** From here the law wants representatives chosen, so their lines are unfolded. The desk itself checks it. */
export const COLLECTIVE_FROM = 5;
export const REPRESENTATIVE_LINES = 5;

export function emptyDraft(): Draft {
  return {
    party: "person",
    name: { answer: "stated", text: "" },
    address: { answer: "stated", text: "" },
    phone: "",
    paper: "resident_id",
    paperNumber: "",
    uscc: "",
    agent: "",
    headcount: 1,
    representatives: lines([]),
    showRepresentatives: false,
    title: "",
    demand: "",
    facts: "",
    complainedOf: "",
    materials: 0,
    remark: "",
    reason: "",
    problems: null,
    seen: [],
  };
}

function lines(given: { name: string; phone: string }[]) {
  const blank = Array.from({ length: Math.max(0, REPRESENTATIVE_LINES - given.length) }, () => ({ name: "", phone: "" }));
  return [...given, ...blank];
}

/** All that was typed or chosen, as one text to compare; what was noticed about it is left out. */
export function contentOf(draft: Draft): string {
  return JSON.stringify({ ...draft, problems: null, seen: [], showRepresentatives: false });
}

/** Whether anything was typed that clearing would lose. */
export function isBlank(draft: Draft): boolean {
  return contentOf(draft) === contentOf(emptyDraft());
}

const isFilled = (line: { name: string; phone: string }) => line.name.trim() !== "" || line.phone.trim() !== "";

/** Whether there are lines that must stay in sight, whatever the number of visitors is corrected to. */
export function hasRepresentatives(draft: Draft): boolean {
  return draft.representatives.some(isFilled);
}

/** The lines, counted from 0, with a telephone and no name: a visit has no place for them. */
export function namelessLines(draft: Draft): number[] {
  return draft.representatives.flatMap((line, index) => (isFilled(line) && line.name.trim() === "" ? [index] : []));
}

const stated = (fact: Fact): Stated =>
  fact.answer !== "stated" ? fact.answer : fact.text.trim() === "" ? "unknown" : { stated: fact.text };
const orNull = (text: string): string | null => (text.trim() === "" ? null : text);

/** The visit as typed. What belongs to the other kind of party is left out; the desk does all further tidying. */
export function toVisit(draft: Draft): Visit {
  const organisation = draft.party === "organisation";
  return {
    party: draft.party,
    name: stated(draft.name),
    address: stated(draft.address),
    identity: draft.paperNumber.trim() === "" ? null : { paper: draft.paper, number: draft.paperNumber },
    uscc: organisation ? orNull(draft.uscc) : null,
    agent: organisation ? orNull(draft.agent) : null,
    phone: orNull(draft.phone),
    headcount: draft.headcount,
    representatives: draft.representatives
      .filter((one) => one.name.trim() !== "")
      .map((one) => ({ name: one.name, phone: orNull(one.phone) })),
    title: draft.title,
    demand: draft.demand,
    facts: draft.facts,
    complained_of: draft.complainedOf,
    materials: draft.materials,
    remark: draft.remark,
    passed_because: draft.reason,
  };
}

const fact = (value: Stated): Fact =>
  typeof value === "string" ? { answer: value, text: "" } : { answer: "stated", text: value.stated };

export function fromVisit(visit: Visit): Draft {
  return {
    ...emptyDraft(),
    party: visit.party,
    name: fact(visit.name),
    address: fact(visit.address),
    phone: visit.phone ?? "",
    paper: visit.identity?.paper ?? "resident_id",
    paperNumber: visit.identity?.number ?? "",
    uscc: visit.uscc ?? "",
    agent: visit.agent ?? "",
    headcount: visit.headcount,
    representatives: lines(visit.representatives.map((one) => ({ name: one.name, phone: one.phone ?? "" }))),
    showRepresentatives: visit.representatives.length > 0,
    title: visit.title,
    demand: visit.demand,
    facts: visit.facts,
    complainedOf: visit.complained_of,
    materials: visit.materials,
    remark: visit.remark,
    reason: visit.passed_because,
  };
}

export type Verdict = "errors" | "warnings" | "register";

const keyOf = (problem: Problem) => `${problem.field} ${problem.code}`;

/** Takes what the check noticed into the draft, and says whether the visit may be registered now. */
export function weigh(draft: Draft, problems: Problem[]): Verdict {
  const warnings = problems.filter((problem) => problem.severity === "warning").map(keyOf);
  const unseen = warnings.some((warning) => !draft.seen.includes(warning));
  draft.problems = problems;
  draft.seen = warnings;
  if (warnings.length < problems.length) return "errors";
  if (warnings.length === 0) {
    draft.reason = "";
    return "register";
  }
  return unseen || draft.reason.trim() === "" ? "warnings" : "register";
}
