/** What is to be settled before a day is closed, line by line, in the order of the page. Holds no rule: the desk decides. */
import type { ClosingDay } from "../../ipc/bindings/ClosingDay";
import type { DayDifference } from "../../ipc/bindings/DayDifference";
import type { DraftLine } from "../../ipc/bindings/DraftLine";
import type { Discard } from "../../ipc/bindings/Discard";
import type { DiscardReason } from "../../ipc/bindings/DiscardReason";
import type { NumberRange } from "../../ipc/bindings/NumberRange";
import type { OpenNotice } from "../../ipc/bindings/OpenNotice";
import type { PrintRow } from "../../ipc/bindings/PrintRow";
import type { VoidNumber } from "../../ipc/bindings/VoidNumber";

export type Discards = Record<string, DiscardReason>;

export type Row =
  | { key: string; section: "drafts"; draft: DraftLine; reason: DiscardReason | null }
  | { key: string; section: "notices"; notice: OpenNotice }
  | { key: string; section: "voids"; void: VoidNumber }
  | { key: string; section: "prints"; print: PrintRow }
  | { key: string; section: "numbers"; difference: DayDifference };

/** Every line of the page. Of other clerks' drafts there is none: only their clerk can open them. */
export function rowsOf(day: ClosingDay, discards: Discards): Row[] {
  return [
    ...day.drafts
      .filter((draft) => draft.own)
      .map((draft) => ({ key: `draft-${draft.id}`, section: "drafts" as const, draft, reason: discards[draft.id] ?? null })),
    ...[...day.unanswered, ...day.undelivered].map((notice) => ({
      key: `notice-${notice.number}-${notice.document}`,
      section: "notices" as const,
      notice,
    })),
    ...day.voids.map((one) => ({ key: `void-${one.number}`, section: "voids" as const, void: one })),
    ...day.prints.map((print) => ({ key: `print-${print.id}`, section: "prints" as const, print })),
    ...day.differences.map((difference) => ({
      key: `difference-${difference.number}-${difference.difference}`,
      section: "numbers" as const,
      difference,
    })),
  ];
}

/** Drafts of the clerk's own that are neither registered nor to be thrown away. */
export const unsettled = (day: ClosingDay, discards: Discards) =>
  day.drafts.filter((draft) => draft.own && !discards[draft.id]).length;

/** What goes with the close: only drafts that are still there. */
export const discardsOf = (day: ClosingDay, discards: Discards): Discard[] =>
  day.drafts.flatMap((draft) => {
    const reason = discards[draft.id];
    return draft.own && reason ? [{ draft: draft.id, reason }] : [];
  });

/** The first and last number of a range as they are called out. */
export function ends(desk: string, { mark, from, to }: NumberRange): [string, string] {
  const number = (serial: number) => `${desk}${mark}-${String(serial).padStart(4, "0")}`;
  return [number(from), number(to)];
}
