/** How the delivery of a paper is shown and typed. */
import type { Delivery } from "../../ipc/bindings/Delivery";
import type { IssuedPaper } from "../../ipc/bindings/IssuedPaper";
import type { OtherPaper } from "../../ipc/bindings/OtherPaper";
import type { PaperDelivery } from "../../ipc/bindings/PaperDelivery";
import { papers as words } from "../../text/zh-papers";
import { rules } from "../../text/rules";
import { civilDay, readMoment, written, type Day } from "../intake/moment";

export type PaperState = keyof typeof words.states;

/** Whether somebody has the paper, where somebody is to have it. One delivery whose words are for others is a delivery all the same. */
export function stateOf(paper: IssuedPaper): PaperState {
  if (paper.voided !== null) return "void";
  if (paper.kept) return "kept";
  if (paper.deliveries.length === 0) return "open";
  return paper.deliveries.some((one) => one.told?.refused !== true) ? "delivered" : "refused";
}

/** The name to call it by: its number where it has one. */
export const nameOf = (paper: IssuedPaper) =>
  paper.numbered ? `${rules.papers[paper.paper].label} ${paper.document}` : rules.papers[paper.paper].label;

/** One delivery in a line; of another window's, with which window it was. */
export function deliveryText({ told, window, written }: PaperDelivery): string {
  if (!told) return window === null ? words.untold : words.untoldAt(window, written);
  const at = told.at.slice(0, 16).replace("T", " ");
  const way = rules.delivery_ways[told.way].label;
  const line = told.refused ? words.refusedWhy(way, at, told.remark) : words.delivered(way, told.receiver, told.relation, at);
  return window === null ? line : words.atWindow(window, line);
}

/** A paper that can be handed over, and what it is called. */
export type Deliverable = { document: string; name: string };

/** The same of a paper that another window issued. */
export function otherStateOf({ void: isVoid, here, told }: OtherPaper): PaperState {
  if (isVoid) return "void";
  const received = here.some((one) => one.told?.refused !== true) || told?.refused === false;
  if (received) return "delivered";
  return here.length > 0 || told ? "refused" : "open";
}

export function otherNameOf({ paper, document }: OtherPaper): string {
  return paper ? `${rules.papers[paper].label} ${document}` : document;
}

/** What is known of its delivery, a line each: what was written down here, then what the district told of another window. */
export function otherLines({ here, told }: OtherPaper): string[] {
  const lines = here.map((one) => words.atThisWindow(deliveryText(one)));
  if (told && !(told.ours && here.length > 0)) lines.push(words.toldOf(told.ours ? "" : told.desk, told.on ?? "", told.refused));
  return lines;
}

export type DeliveryDraft = Omit<Delivery, "at"> & { at: string };

/** `2026-11-24 09:05` at the desk. */
export function momentNow(at: Date): string {
  const there = new Date(at.getTime() + 8 * 60 * 60 * 1000);
  return `${written(civilDay(at))} ${there.toISOString().slice(11, 16)}`;
}

export const freshDelivery = (at: Date): DeliveryDraft => ({
  way: "in_person",
  receiver: "",
  relation: "",
  at: momentNow(at),
  place: words.here,
  witness: "",
  refused: false,
  remark: "",
});

/** `null` where its time cannot be read. */
export function toDelivery(draft: DeliveryDraft, today: Day): Delivery | null {
  const at = readMoment(draft.at, today);
  return at === null ? null : { ...draft, at: `${at.replace(" ", "T")}:00` };
}
