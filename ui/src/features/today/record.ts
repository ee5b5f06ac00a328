/** A visit's record as lines to read: only what was filled in, in the order of the form. */
import type { Decision } from "../../ipc/bindings/Decision";
import type { Filed } from "../../ipc/bindings/Filed";
import type { Identity } from "../../ipc/bindings/Identity";
import type { Material } from "../../ipc/bindings/Material";
import type { Person } from "../../ipc/bindings/Person";
import type { Question } from "../../ipc/bindings/Question";
import type { Stated } from "../../ipc/bindings/Stated";
import type { TableId } from "../../ipc/bindings/TableId";
import type { Visit } from "../../ipc/bindings/Visit";
import { doorName } from "../../text/law";
import { rules } from "../../text/rules";
import { zh } from "../../text/zh";

/** A line; where something was filed, its words are the desk's to tell. */
export type Row = { label: string; text: string; filed?: { table: TableId; filed: Filed } };

const labels = zh.visit;
const row = (label: string, text: string | null): Row => ({ label, text: text ?? "" });
const filed = (label: string, table: TableId, code: Filed | null): Row => ({
  label,
  text: code?.code ?? "",
  ...(code ? { filed: { table, filed: code } } : {}),
});
const chosen = (...wishes: [boolean, string][]) => wishes.flatMap(([said, words]) => (said ? [words] : [])).join("、");

const stated = (value: Stated) => (typeof value === "string" ? labels[value] : value.stated);

function paper(identity: Identity): string {
  const told = zh.matter.personPaper(labels.papers[identity.paper], identity.number);
  return zh.matter.person(told, identity.nationality ? [zh.matter.nationality(identity.nationality)] : []);
}

/** Who speaks, and how the matter reached the desk. */
function visitor(visit: Visit): Row[] {
  const organisation = visit.party === "organisation";
  const { sex, birth, ethnic_group, occupation } = visit.particulars;
  return [
    row(organisation ? labels.organisationName : labels.name, stated(visit.name)),
    row(organisation ? labels.organisationAddress : labels.address, stated(visit.address)),
    row(labels.phone, visit.phone),
    row(labels.paper, visit.identity && paper(visit.identity)),
    row(labels.uscc, visit.uscc),
    row(zh.particulars.sex, sex === "unknown" ? "" : zh.particulars.sexes[sex]),
    row(zh.particulars.birth, birth),
    filed(zh.particulars.ethnicGroup, "nationality", ethnic_group),
    row(zh.particulars.occupation, occupation),
    row(labels.headcount, zh.today.people(visit.headcount)),
    row(zh.later.way, rules.ways[visit.way].label),
    row(zh.later.received, visit.received_at && visit.received_at.slice(0, 16).replace("T", " ")),
  ];
}

/** What it is about, and what was asked for besides. */
function matter(visit: Visit): Row[] {
  return [
    row(labels.complainedOf, visit.complained_of),
    filed(zh.routing.content, "content_category", visit.content),
    filed(zh.routing.dispute, "dispute_type", visit.dispute),
    filed(zh.routing.place, "place", visit.place),
    row(zh.routing.placeDetail, visit.place_detail),
    row(zh.later.earlierSteps, visit.earlier_steps),
    row(zh.later.linkedTo, visit.linked_to),
    ...visit.other_numbers.map((one) => row(`${zh.later.otherNumbers}（${rules.number_sources[one.source].label}）`, one.number)),
    row(zh.matter.wishes, chosen([visit.confidential, zh.wishes.confidential], [visit.not_public, zh.wishes.notPublic])),
    row(zh.wishes.safeContact, visit.safe_contact),
    row(zh.wishes.neutralTitle, visit.neutral_title),
    row(zh.wishes.recusal, visit.recusal),
    row(zh.panels.readBack, visit.read_back ? zh.matter.yes : ""),
    row(labels.remark, visit.remark),
    row(labels.reason, visit.passed_because),
  ];
}

/** Only what was told: what stands open is no answer. */
function routing(question: Question): Row[] {
  const words = zh.routing;
  const others = chosen(
    [question.litigation_rights, words.litigationRights],
    [question.answerable, words.answerable],
    [question.report_back, words.reportBack],
    [question.urgent, words.urgent],
  );
  return [
    row(words.class, rules.classes[question.class].label),
    row(words.route, question.route && rules.routes[question.route].label),
    row(words.competent, question.competent === "unknown" ? "" : rules.competent[question.competent].label),
    row(words.mediation, question.mediation === "not_possible" ? "" : words.wishes[question.mediation]),
    row(words.earlier, question.earlier && words.earlierOnes[question.earlier]),
    row(zh.matter.routingOther, others),
  ];
}

function decision(made: Decision): Row[] {
  const { label, article } = rules.outcomes[made.outcome];
  const details = [made.advised ? zh.matter.decidedAsAdvised : "", made.because && zh.matter.decidedBecause(made.because), article ?? ""];
  return [
    row(zh.matter.decision, zh.matter.person(label, details.filter((detail) => detail !== ""))),
    row(zh.decision.door, made.door && doorName(made.door)),
    row(zh.decision.toBody, made.to_body),
    row(zh.decision.approver, made.approver),
  ];
}

export function rowsOf(visit: Visit): Row[] {
  const all = [
    ...visitor(visit),
    ...matter(visit),
    ...(visit.routing ? routing(visit.routing) : []),
    ...(visit.decision ? decision(visit.decision) : []),
  ];
  return all.filter(({ text }) => text.trim() !== "");
}

/** One person with what they are, as a line. */
export function personLine(person: Person): string {
  const details = [
    rules.person_roles[person.role].label,
    person.relation,
    person.phone ?? "",
    person.address,
    person.identity ? paper(person.identity) : "",
    person.authorised ? zh.people.authorised : "",
  ];
  return zh.matter.person(person.name || zh.matter.nameless, details.filter((detail) => detail !== ""));
}

export const materialLine = ({ name, pages, original }: Material): string =>
  zh.materials.line(name, pages, zh.materials.kinds[original ? "original" : "copy"]);
