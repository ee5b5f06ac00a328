/**
 * The form of a visit while it is being filled in, and its way to and from a `Visit`. Holds no rule about visits: what is
 * wrong or unusual comes from `check_visit`; this keeps what was typed, what was noticed, and whether it may go on.
 */
import type { Decision } from "../../ipc/bindings/Decision";
import type { Filed } from "../../ipc/bindings/Filed";
import type { Material } from "../../ipc/bindings/Material";
import type { OtherNumber } from "../../ipc/bindings/OtherNumber";
import type { Particulars } from "../../ipc/bindings/Particulars";
import type { Party } from "../../ipc/bindings/Party";
import type { Problem } from "../../ipc/bindings/Problem";
import type { Question } from "../../ipc/bindings/Question";
import type { Sex } from "../../ipc/bindings/Sex";
import type { Stated } from "../../ipc/bindings/Stated";
import type { Visit } from "../../ipc/bindings/Visit";
import type { Way } from "../../ipc/bindings/Way";
import {
  agentIn,
  blankPerson,
  identityOf,
  isMaterial,
  isNumber,
  isPerson,
  lineOf,
  noPaper,
  orNull,
  type Papered,
  paperOf,
  type PersonLine,
  personOf,
} from "./lines";
import { civilDay, readDay, readMoment } from "./moment";
import type { Panel } from "./panels";
import { applicable, asks } from "./routing";

/** Chosen answer of a statutory fact; the text stays even while it is not the answer. */
export type Fact = { answer: "stated" | "unknown" | "declined"; text: string };

export type Draft = Papered & {
  way: Way;
  /** As typed; empty means now. */
  received: string;
  party: Party;
  name: Fact;
  address: Fact;
  phone: string;
  uscc: string;
  sex: Sex;
  /** As typed. */
  birth: string;
  ethnicGroup: Filed | null;
  occupation: string;
  headcount: number;
  people: PersonLine[];
  title: string;
  demand: string;
  facts: string;
  complainedOf: string;
  earlierSteps: string;
  linkedTo: string;
  otherNumbers: OtherNumber[];
  place: Filed | null;
  placeDetail: string;
  content: Filed | null;
  dispute: Filed | null;
  /** Null until the clerk has begun with it. */
  routing: Question | null;
  decision: Decision | null;
  confidential: boolean;
  notPublic: boolean;
  safeContact: string;
  neutralTitle: string;
  materials: Material[];
  recusal: string;
  readBack: boolean;
  remark: string;
  reason: string;
  /** What the last attempt noticed; null before the first. */
  problems: Problem[] | null;
  /** Warnings the clerk has seen, as "field code": a new one is shown before it is passed. */
  seen: string[];
  /** The part unfolded beside the form: it comes back after a lock. */
  panel: Panel | null;
};

export function emptyDraft(): Draft {
  return {
    way: "visit",
    received: "",
    party: "person",
    name: { answer: "stated", text: "" },
    address: { answer: "stated", text: "" },
    phone: "",
    ...noPaper(),
    uscc: "",
    sex: "unknown",
    birth: "",
    ethnicGroup: null,
    occupation: "",
    headcount: 1,
    people: [],
    title: "",
    demand: "",
    facts: "",
    complainedOf: "",
    earlierSteps: "",
    linkedTo: "",
    otherNumbers: [],
    place: null,
    placeDetail: "",
    content: null,
    dispute: null,
    routing: null,
    decision: null,
    confidential: false,
    notPublic: false,
    safeContact: "",
    neutralTitle: "",
    materials: [],
    recusal: "",
    readBack: false,
    remark: "",
    reason: "",
    problems: null,
    seen: [],
    panel: null,
  };
}

/** All that was typed or chosen, as one text to compare; blank lines and what was noticed about it are left out. */
export function contentOf(draft: Draft): string {
  return JSON.stringify({ ...draft, ...saidIn(draft), problems: null, seen: [], panel: null });
}

const saidIn = ({ people, materials, otherNumbers }: Draft) => ({
  people: people.filter(isPerson),
  materials: materials.filter(isMaterial),
  otherNumbers: otherNumbers.filter(isNumber),
});

/** Whether anything was typed that clearing would lose. */
export function isBlank(draft: Draft): boolean {
  return contentOf(draft) === contentOf(emptyDraft());
}

/** The name of who speaks for an organisation. */
export const agentName = (draft: Draft): string => agentIn(draft.people)?.name ?? "";

export function setAgentName(draft: Draft, name: string) {
  const agent = agentIn(draft.people);
  if (agent) agent.name = name;
  else draft.people.unshift({ ...blankPerson("agent"), name });
}

const stated = (fact: Fact): Stated =>
  fact.answer !== "stated" ? fact.answer : fact.text.trim() === "" ? "unknown" : { stated: fact.text };

const noParticulars = (): Particulars => ({ sex: "unknown", birth: null, ethnic_group: null, occupation: "" });

const particulars = (draft: Draft): Particulars => ({
  sex: draft.sex,
  birth: readDay(draft.birth),
  ethnic_group: draft.ethnicGroup,
  occupation: draft.occupation,
});

/** Seconds are for the desk's own clock: what is entered later is known to the minute. */
function receivedAt(typed: string): string | null {
  const moment = readMoment(typed, civilDay(new Date()));
  return moment === null ? null : `${moment.replace(" ", "T")}:00`;
}

/** The visit as typed. What belongs to another kind of party or matter is left out; the desk does all further tidying. */
export function toVisit(draft: Draft): Visit {
  const organisation = draft.party === "organisation";
  const said = saidIn(draft);
  return {
    way: draft.way,
    received_at: receivedAt(draft.received),
    party: draft.party,
    name: stated(draft.name),
    address: stated(draft.address),
    identity: identityOf(draft),
    uscc: organisation ? orNull(draft.uscc) : null,
    phone: orNull(draft.phone),
    particulars: organisation ? noParticulars() : particulars(draft),
    headcount: draft.headcount,
    people: said.people.map(personOf),
    title: draft.title,
    demand: draft.demand,
    facts: draft.facts,
    complained_of: draft.complainedOf,
    earlier_steps: draft.earlierSteps,
    linked_to: orNull(draft.linkedTo),
    other_numbers: said.otherNumbers,
    place: draft.place,
    place_detail: draft.placeDetail,
    content: draft.content,
    dispute: draft.routing && !asks(draft.routing).dispute ? null : draft.dispute,
    routing: draft.routing && applicable(draft.routing),
    decision: draft.decision,
    confidential: draft.confidential,
    not_public: draft.notPublic,
    safe_contact: draft.safeContact,
    neutral_title: draft.neutralTitle,
    materials: said.materials,
    recusal: draft.recusal,
    read_back: draft.readBack,
    remark: draft.remark,
    passed_because: draft.reason,
  };
}

const fact = (value: Stated): Fact =>
  typeof value === "string" ? { answer: value, text: "" } : { answer: "stated", text: value.stated };

/** A draft of its own: nothing in it is shared with the visit, so that editing it changes nothing else. */
export function fromVisit(given: Visit): Draft {
  const visit = JSON.parse(JSON.stringify(given)) as Visit;
  return {
    ...emptyDraft(),
    ...paperOf(visit.identity),
    way: visit.way,
    received: visit.received_at?.slice(0, 16).replace("T", " ") ?? "",
    party: visit.party,
    name: fact(visit.name),
    address: fact(visit.address),
    phone: visit.phone ?? "",
    uscc: visit.uscc ?? "",
    sex: visit.particulars.sex,
    birth: visit.particulars.birth ?? "",
    ethnicGroup: visit.particulars.ethnic_group,
    occupation: visit.particulars.occupation,
    headcount: visit.headcount,
    people: visit.people.map(lineOf),
    title: visit.title,
    demand: visit.demand,
    facts: visit.facts,
    complainedOf: visit.complained_of,
    earlierSteps: visit.earlier_steps,
    linkedTo: visit.linked_to ?? "",
    otherNumbers: visit.other_numbers,
    place: visit.place,
    placeDetail: visit.place_detail,
    content: visit.content,
    dispute: visit.dispute,
    routing: visit.routing,
    decision: visit.decision,
    confidential: visit.confidential,
    notPublic: visit.not_public,
    safeContact: visit.safe_contact,
    neutralTitle: visit.neutral_title,
    materials: visit.materials,
    recusal: visit.recusal,
    readBack: visit.read_back,
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
