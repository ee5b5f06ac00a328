/**
 * What each clerk has under way: the page, the draft, the correction, the slip in hand. Kept in memory per clerk through a
 * lock and a failure, so that nobody else sees it; what is typed of a visit is kept on the disk too
 * (`features/drafts/keeping.ts`).
 */
import { reactive } from "vue";

import type { DiscardReason } from "../../ipc/bindings/DiscardReason";
import type { Failure } from "../../ipc/bindings/Failure";
import type { Registered } from "../../ipc/bindings/Registered";
import type { Cursor } from "../drafts/cursor";
import type { PaperWork } from "../papers/work";
import { emptySeeking, type Seeking } from "../search/query";
import type { StepWork } from "../steps/work";
import { contentOf, type Draft, emptyDraft } from "./draft";

export type Page = "intake" | "today" | "exchange" | "settings" | "search" | "prints" | "closing";

/** A correction carries the number it belongs to, so that it can never be saved onto another matter, and its version. */
export type Correction = { number: string; version: number; draft: Draft; before: Draft };

export type Enrolment = { address: string; code: string };

/**
 * A part of the work on the disk: its draft's name, what it held when it was last kept, the time of the backup with which it
 * came back, and what it held when the program began with it.
 */
export type Slot = { id: string | null; kept: string; backup: string | null; begunWith: string };

export type Work = {
  page: Page;
  draft: Draft;
  /** What clearing the form took away, until something new is typed or registered. */
  cleared: Draft | null;
  /** The visit just registered, while its slip is shown. */
  registered: (Registered & { received: string | null; sealed: boolean }) | null;
  /** The matter opened on today's page. */
  opened: string | null;
  /** What is looked for on the search page, and the matter opened there. */
  seeking: Seeking;
  found: string | null;
  correction: Correction | null;
  /** The reason being typed for voiding the matter of this number. */
  voiding: { number: string; reason: string } | null;
  /** The paper form open on a matter, by its number. */
  papers: Map<string, PaperWork>;
  /** The form about a step open on a matter, by its number. */
  steps: Map<string, StepWork>;
  /** Whether today's page shows what the office owes. */
  owed: boolean;
  /** A line about advice without a matter; it stays while it is folded. */
  advice: { open: boolean; line: string };
  /** The day on the page of the close; null for today. */
  day: string | null;
  /** Drafts that go with the close of the day, each with its reason. */
  discards: Record<string, DiscardReason>;
  enrolment: Enrolment;
  /** Settings typed and not yet saved, by the id of their field. */
  settings: Record<string, string>;
  slots: { visit: Slot; correction: Slot; desk: Slot };
  cursors: { visit: Cursor | null; correction: Cursor | null };
  /** While a draft is being registered no save may come in between. */
  held: boolean;
  /** Why what was typed is not on the disk. */
  unkept: Failure | null;
  /** What was on the disk has been laid out. */
  taken: boolean;
};

const works = reactive(new Map<number, Work>());

export function workOf(clerk: number): Work {
  if (!works.has(clerk)) works.set(clerk, emptyWork());
  return works.get(clerk) as Work;
}

export const allWork = (): Work[] => [...works.values()];

export const freshSlot = (): Slot => ({ id: null, kept: "", backup: null, begunWith: "" });

function emptyWork(): Work {
  return {
    page: "intake",
    draft: emptyDraft(),
    cleared: null,
    registered: null,
    opened: null,
    seeking: emptySeeking(),
    found: null,
    correction: null,
    voiding: null,
    papers: new Map(),
    steps: new Map(),
    owed: false,
    advice: { open: false, line: "" },
    day: null,
    discards: {},
    enrolment: emptyEnrolment(),
    settings: {},
    slots: { visit: freshSlot(), correction: freshSlot(), desk: freshSlot() },
    cursors: { visit: null, correction: null },
    held: false,
    unkept: null,
    taken: false,
  };
}

/** Leaves an empty form; what was in it stays on the disk. */
export function leaveForm(work: Work) {
  work.draft = emptyDraft();
  work.slots.visit = freshSlot();
  work.cursors.visit = null;
}

export const emptyEnrolment = (): Enrolment => ({ address: "https://", code: "" });

export const isChanged = (correction: Correction) => contentOf(correction.draft) !== contentOf(correction.before);

/** The matter with something typed for it that leaving it would lose. */
export function unfinishedMatter({ correction, voiding }: Work): string | null {
  if (correction && isChanged(correction)) return correction.number;
  return voiding?.reason.trim() ? voiding.number : null;
}
