/**
 * Lists of a form that grow by typing: people, materials, other numbers. There is always one blank line to type into; a
 * blank line is nothing that was said.
 */
import { shell } from "../../app/desk";
import type { IdPaper } from "../../ipc/bindings/IdPaper";
import type { Identity } from "../../ipc/bindings/Identity";
import type { Material } from "../../ipc/bindings/Material";
import type { OtherNumber } from "../../ipc/bindings/OtherNumber";
import type { Person } from "../../ipc/bindings/Person";
import type { PersonRole } from "../../ipc/bindings/PersonRole";

/** A paper as typed; the kind stays chosen while there is no number. */
export type Papered = { paper: IdPaper; paperNumber: string; nationality: string };

export type PersonLine = Papered & {
  role: PersonRole;
  name: string;
  address: string;
  phone: string;
  relation: string;
  authorised: boolean;
};

/** Whether so many people choose representatives, as the desk's region counts: their lines are unfolded then. */
export function isCollective(headcount: number): boolean {
  const from = shell.desk?.collective_from ?? 0;
  return from > 0 && headcount >= from;
}
export const REPRESENTATIVE_LINES = 5;

const isSaid = (text: string) => text.trim() !== "";
export const orNull = (text: string): string | null => (isSaid(text) ? text : null);

export const noPaper = (): Papered => ({ paper: "resident_id", paperNumber: "", nationality: "" });

export function identityOf({ paper, paperNumber, nationality }: Papered): Identity | null {
  if (!isSaid(paperNumber)) return null;
  return { paper, number: paperNumber, ...(isSaid(nationality) ? { nationality } : {}) };
}

export const paperOf = (identity: Identity | null): Papered =>
  identity ? { paper: identity.paper, paperNumber: identity.number, nationality: identity.nationality ?? "" } : noPaper();

export const blankPerson = (role: PersonRole = "companion"): PersonLine => ({
  role,
  name: "",
  address: "",
  phone: "",
  relation: "",
  authorised: false,
  ...noPaper(),
});

/** A role alone says nothing of anybody. */
export const isPerson = (line: PersonLine) => [line.name, line.address, line.phone, line.relation, line.paperNumber].some(isSaid);

export const personOf = (line: PersonLine): Person => ({
  role: line.role,
  name: line.name,
  address: line.address,
  phone: orNull(line.phone),
  identity: identityOf(line),
  relation: line.relation,
  authorised: line.role === "agent" && line.authorised,
});

export const lineOf = (person: Person): PersonLine => ({
  role: person.role,
  name: person.name,
  address: person.address,
  phone: person.phone ?? "",
  relation: person.relation,
  authorised: person.authorised,
  ...paperOf(person.identity),
});

export const blankMaterial = (): Material => ({ name: "", pages: 0, original: false });
export const isMaterial = (material: Material) => isSaid(material.name);

export const blankNumber = (): OtherNumber => ({ source: "ledger", number: "" });
export const isNumber = (one: OtherNumber) => isSaid(one.number);

/** What was said, and one blank line below it. */
export const laid = <Line>(lines: Line[], isFilled: (line: Line) => boolean, blank: () => Line): Line[] => [
  ...lines.filter(isFilled),
  blank(),
];

/** The people with lines for as many representatives as there may be, where they are to be chosen. */
export function withRepresentatives(people: PersonLine[]): PersonLine[] {
  const said = people.filter(isPerson);
  const chosen = people.filter((line) => line.role === "representative");
  const missing = Math.max(0, REPRESENTATIVE_LINES - chosen.filter(isPerson).length);
  if (chosen.length >= REPRESENTATIVE_LINES) return people;
  return [...said, ...Array.from({ length: missing }, () => blankPerson("representative"))];
}

/** Who speaks for an organisation: the first of its agents. */
export const agentIn = (people: PersonLine[]): PersonLine | undefined => people.find((line) => line.role === "agent");

/** Names typed in one line become materials; what was told of one of that name stays with it. */
export function materialsFrom(text: string, before: Material[]): Material[] {
  const names = text.split(/[、，,；;\n]/).map((name) => name.trim()).filter(isSaid);
  const left = [...before];
  return names.map((name) => {
    const known = left.findIndex((one) => one.name.trim() === name);
    return left.splice(known, known < 0 ? 0 : 1)[0] ?? { ...blankMaterial(), name };
  });
}

export const namesOf = (materials: Material[]): string => materials.filter(isMaterial).map((one) => one.name.trim()).join("、");
