/** What an earlier matter says of the person, put where nothing was typed yet: what the visitor says now stands. */
import type { EarlierQuery } from "../../ipc/bindings/EarlierQuery";
import type { EarlierTold } from "../../ipc/bindings/EarlierTold";
import type { Stated } from "../../ipc/bindings/Stated";
import type { Draft, Fact } from "../intake/draft";

const isOpen = (fact: Fact) => fact.answer === "stated" && fact.text.trim() === "";
const isBlank = (text: string) => text.trim() === "";

/** A fact that was not told then is no answer for today. */
function fill(fact: Fact, told: Stated): Fact {
  return isOpen(fact) && typeof told !== "string" ? { answer: "stated", text: told.stated } : fact;
}

/** A registration number has hyphens or more places than any paper. */
const isSlip = (number: string) => /^\d{9}-?\d{8}-?\d{2}[A-Z]+-?\d{4,}-?[0-9A-Z]$/i.test(number.normalize("NFKC").replace(/\s/g, ""));

export function takeOver(draft: Draft, told: EarlierTold, query: EarlierQuery) {
  if (isOpen(draft.name) && isOpen(draft.address)) draft.party = told.party;
  draft.name = fill(draft.name, told.name);
  draft.address = fill(draft.address, told.address);
  if (isBlank(draft.phone)) draft.phone = told.phone ?? "";
  if (draft.party === "organisation" && isBlank(draft.uscc)) draft.uscc = told.uscc ?? "";
  // The paper it was found by lies on the desk.
  if (isBlank(draft.paperNumber) && !isSlip(query.number)) {
    draft.paper = query.paper;
    draft.paperNumber = query.number;
  }
}
