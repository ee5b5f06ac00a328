/** How the delivery of a paper is shown and typed. */
import type { Delivery } from "../../ipc/bindings/Delivery";
import type { IssuedPaper } from "../../ipc/bindings/IssuedPaper";
import { papers as words } from "../../text/zh-papers";
import { rules } from "../../text/rules";
import { civilDay, readMoment, written, type Day } from "../intake/moment";

export type PaperState = keyof typeof words.states;

/** Whether somebody has the paper. One delivery whose words are for others is a delivery all the same. */
export function stateOf(paper: IssuedPaper): PaperState {
  if (paper.voided !== null) return "void";
  if (paper.deliveries.length === 0) return "open";
  return paper.deliveries.some((one) => one.told?.refused !== true) ? "delivered" : "refused";
}

/** The name to call it by: its number where it has one. */
export const nameOf = (paper: IssuedPaper) =>
  paper.numbered ? `${rules.papers[paper.paper].label} ${paper.document}` : rules.papers[paper.paper].label;

export function deliveryText(told: Delivery | null): string {
  if (!told) return words.untold;
  const at = told.at.slice(0, 16).replace("T", " ");
  const way = rules.delivery_ways[told.way].label;
  return told.refused ? words.refusedWhy(way, at, told.remark) : words.delivered(way, told.receiver, told.relation, at);
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
