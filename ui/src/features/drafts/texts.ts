/** What each clerk has begun, as the desk keeps it on the disk, and back again. */
import type { DraftLine } from "../../ipc/bindings/DraftLine";
import type { DraftText } from "../../ipc/bindings/DraftText";
import { zh } from "../../text/zh";
import { type Draft, emptyDraft, isBlank } from "../intake/draft";
import { isChanged, type Work } from "../intake/work";
import type { Cursor } from "./cursor";

/** As many characters as the list shows. */
const WORDS = 40;

/** A draft in one line: of what it is, and its first words. */
export function nameOfDraft({ kind, about, words: said }: DraftLine): string {
  const short = about?.split("-").slice(2, 4).join("-") ?? "";
  const of = { visit: "", correction: zh.drafts.correcting(short), desk: zh.drafts.begun }[kind];
  return [of, said || zh.drafts.wordless].filter((text) => text !== "").join("　");
}

export type SlotName = "visit" | "correction" | "desk";
export const slotNames: SlotName[] = ["visit", "correction", "desk"];

/** By what a clerk knows it again: who, and what was said first. */
export function wordsOf({ name, demand, title }: Draft): string {
  const said = [name.answer === "stated" ? name.text.trim() : "", (title || demand).trim().replace(/\s+/g, " ")];
  return short(said.filter((text) => text !== "").join("　"));
}

const short = (text: string) => Array.from(text).slice(0, WORDS).join("");

/** What is kept of each part of a clerk's work; null where there is nothing to lose. */
export const textOf: Record<SlotName, (work: Work) => DraftText | null> = {
  visit: ({ draft, cursors }) =>
    isBlank(draft)
      ? null
      : { kind: "visit", about: null, words: wordsOf(draft), aside: false, body: JSON.stringify({ draft, cursor: cursors.visit }) },
  correction: ({ correction, cursors }) =>
    correction === null || !isChanged(correction)
      ? null
      : {
          kind: "correction",
          about: correction.number,
          words: wordsOf(correction.draft),
          aside: false,
          body: JSON.stringify({ ...correction, cursor: cursors.correction }),
        },
  desk: ({ advice, voiding, page, opened }) =>
    advice.line.trim() === "" && !voiding?.reason.trim()
      ? null
      : { kind: "desk", about: null, words: short(advice.line.trim() || (voiding?.reason.trim() ?? "")), aside: false, body: JSON.stringify({ advice, voiding, page, opened }) },
};

/** A draft of an older program lacks what has been added since. */
const whole = (draft: Partial<Draft>): Draft => ({ ...emptyDraft(), ...draft });

/** Lays a kept part out again, as it was left. */
export const layOut: Record<SlotName, (work: Work, body: string) => void> = {
  visit: (work, body) => {
    const kept = JSON.parse(body) as { draft: Partial<Draft>; cursor: Cursor | null };
    work.draft = whole(kept.draft);
    work.cursors.visit = kept.cursor;
    work.registered = null;
    work.page = "intake";
  },
  correction: (work, body) => {
    type Kept = { number: string; version: number; draft: Partial<Draft>; before: Partial<Draft>; cursor: Cursor | null };
    const { number, version, draft, before, cursor } = JSON.parse(body) as Kept;
    work.correction = { number, version, draft: whole(draft), before: whole(before) };
    work.cursors.correction = cursor;
    work.opened = number;
    work.page = "today";
  },
  desk: (work, body) => {
    const { advice, voiding, page, opened } = JSON.parse(body) as Pick<Work, "advice" | "voiding" | "page" | "opened">;
    Object.assign(work, { advice, voiding, page });
    // A correction laid out before belongs to the page that is open.
    if (work.correction === null) work.opened = opened;
  },
};
