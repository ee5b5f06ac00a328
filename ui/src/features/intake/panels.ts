/** The parts of a visit that unfold beside the form: their keys, when they apply, whether they hold something, their fields. */
import type { Problem } from "../../ipc/bindings/Problem";
import { isCollective, isMaterial, isNumber, isPerson, type PersonLine } from "./lines";
import type { Draft } from "./draft";

export type Panel = "people" | "materials" | "routing" | "wishes" | "later" | "particulars";

export const panelKeys: Record<Panel, string> = {
  people: "Alt+R",
  materials: "Alt+M",
  routing: "Alt+C",
  wishes: "Alt+S",
  later: "Alt+B",
  particulars: "Alt+P",
};
export const panels = Object.keys(panelKeys) as Panel[];

const some = (...texts: string[]) => texts.some((text) => text.trim() !== "");

const holding: Record<Panel, (draft: Draft) => boolean> = {
  people: ({ people }) => people.some(isPerson),
  materials: ({ materials }) => materials.some(isMaterial),
  routing: ({ routing, decision, content, dispute, place, placeDetail }) =>
    [routing, decision, content, dispute, place].some((one) => one !== null) || some(placeDetail),
  wishes: ({ confidential, notPublic, safeContact, neutralTitle, recusal }) =>
    confidential || notPublic || some(safeContact, neutralTitle, recusal),
  later: ({ way, received, earlierSteps, linkedTo, otherNumbers }) =>
    way !== "visit" || some(received, earlierSteps, linkedTo) || otherNumbers.some(isNumber),
  particulars: ({ sex, birth, ethnicGroup, occupation }) => sex !== "unknown" || ethnicGroup !== null || some(birth, occupation),
};

/** Whether anything was told in a part. */
export const holds = (panel: Panel, draft: Draft): boolean => holding[panel](draft);

/** Whether a part has any use: what only mediation papers ask is asked only where one may be written. */
export function applies(panel: Panel, draft: Draft): boolean {
  if (panel !== "particulars") return true;
  if (draft.party !== "person") return false;
  // Emptying its last field must not take the part away from under the hands.
  if (draft.panel === panel) return true;
  const mediable = draft.routing !== null && draft.routing.mediation !== "not_possible";
  return mediable || draft.dispute !== null || draft.decision?.outcome === "mediation" || holds("particulars", draft);
}

/** Where the field of a problem stands: in a part that may be folded, or on the form itself. */
export type Place = { panel: Panel | null; id: string };

const places: Record<string, Place> = {
  identity: { panel: null, id: "paper-number" },
  complained_of: { panel: null, id: "complained-of" },
  passed_because: { panel: null, id: "reason" },
  read_back: { panel: null, id: "read-back" },
  content: { panel: "routing", id: "content" },
  dispute: { panel: "routing", id: "dispute" },
  place: { panel: "routing", id: "place" },
  place_detail: { panel: "routing", id: "place-detail" },
  decision: { panel: "routing", id: "decision-because" },
  safe_contact: { panel: "wishes", id: "safe-contact" },
  neutral_title: { panel: "wishes", id: "neutral-title" },
  confidential: { panel: "wishes", id: "confidential" },
  not_public: { panel: "wishes", id: "not-public" },
  recusal: { panel: "wishes", id: "recusal" },
  way: { panel: "later", id: "way-visit" },
  received_at: { panel: "later", id: "received-at" },
  earlier_steps: { panel: "later", id: "earlier-steps" },
  linked_to: { panel: "later", id: "linked-to" },
  other_numbers: { panel: "later", id: "other-number-1" },
  particulars: { panel: "particulars", id: "birth" },
};

export function placeOf({ field, code }: Pick<Problem, "field" | "code">, draft: Draft): Place {
  if (field === "routing") return { panel: "routing", id: `class-${draft.routing?.class ?? "proposal"}` };
  if (field === "people") return { panel: "people", id: personField(code, draft.people) };
  return places[field] ?? { panel: null, id: field };
}

/** The line that a problem of the people is about; where somebody is missing, the blank one. */
function personField(code: Problem["code"], people: PersonLine[]): string {
  const said = people.map((line) => (isPerson(line) ? line : null));
  const at = (index: number, part: string) => `person-${Math.max(0, index) + 1}-${part}`;
  if (code === "authorisation_missing") {
    return at(said.findIndex((line) => line?.role === "agent" && !line.authorised), "authorised");
  }
  if (code === "person_without_name") return at(said.findIndex((line) => line?.name.trim() === ""), "name");
  const missing = code === "guardian_missing" || code === "representatives_missing";
  return at(missing ? said.indexOf(null) : 0, "name");
}

/** Fields of the form itself in whose place a part unfolds. */
const covered = ["complained-of", "title", "materials", "remark", "facts"];

/** Whether what was noticed can be read on the page as it is. Representatives have lines on the form as well. */
export function inSight({ panel, id }: Place, draft: Draft): boolean {
  if (panel === null) return draft.panel === null || !covered.includes(id);
  if (panel === draft.panel) return true;
  return panel === "people" && draft.panel === null && isCollective(draft.headcount);
}
