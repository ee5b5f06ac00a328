/** What stands on a paper as lines of text to type in, and read back. Days and moments are typed as elsewhere. */
import type { Filling } from "../../ipc/bindings/Filling";
import type { Offer } from "../../ipc/bindings/Offer";
import type { OtherParty } from "../../ipc/bindings/OtherParty";
import type { Sex } from "../../ipc/bindings/Sex";
import { readDay, readMoment, type Day } from "../intake/moment";

export type Field = keyof Filling;
export type TextField = Exclude<Field, "other_party">;
export type Party = Record<Exclude<keyof OtherParty, "sex">, string> & { sex: Sex };
export type PaperDraft = { texts: Record<TextField, string>; party: Party };

export const DAYS: readonly Field[] = ["limit", "opinion_date"];
export const LONG: readonly Field[] = ["reason", "measures", "requests", "items"];

const minute = (moment: string | null) => moment?.slice(0, 16).replace("T", " ") ?? "";

export function toDraft(filling: Filling): PaperDraft {
  const { other_party: party, items, limit, opinion_date, approved_at, door, ...texts } = filling;
  return {
    texts: {
      ...texts,
      items: items.join("\n"),
      limit: limit ?? "",
      opinion_date: opinion_date ?? "",
      approved_at: minute(approved_at),
      door: door ?? "",
    },
    party: {
      name: party?.name ?? "",
      sex: party?.sex ?? "unknown",
      age: party?.age?.toString() ?? "",
      ethnic_group: party?.ethnic_group ?? "",
      occupation: party?.occupation ?? "",
      contact: party?.contact ?? "",
      address: party?.address ?? "",
    },
  };
}

/** `null` where a day, a moment or an age cannot be read. */
export function toFilling({ texts, party }: PaperDraft, today: Day): Filling | null {
  const day = (text: string) => (text.trim() === "" ? "" : readDay(text));
  const limit = day(texts.limit);
  const opinion_date = day(texts.opinion_date);
  const approved = texts.approved_at.trim() === "" ? "" : readMoment(texts.approved_at, today);
  const age = party.age.trim() === "" ? null : Number(party.age.normalize("NFKC"));
  if (limit === null || opinion_date === null || approved === null) return null;
  if (age !== null && !(Number.isInteger(age) && age >= 0 && age < 150)) return null;
  const named = party.name.trim() !== "" || party.contact.trim() !== "" || party.address.trim() !== "";
  return {
    ...texts,
    items: texts.items.split("\n").map((line) => line.trim()).filter(Boolean),
    door: texts.door || null,
    limit: limit || null,
    opinion_date: opinion_date || null,
    approved_at: approved ? `${approved.replace(" ", "T")}:00` : null,
    other_party: named ? { ...party, age } : null,
  };
}

/** The offers that tell the visitor something now, without those that are only for whoever asks. */
export const pressing = (offers: Offer[]) =>
  offers.filter((offer) => offer.fit === "outcome" || offer.fit === "other_doors" || offer.fit === "urgent" || offer.fit === "mediation");
