/**
 * What each clerk has under way: the page, the draft, the correction, the slip in hand. Kept in memory only, per clerk,
 * through a lock and a failure, so that nothing typed is ever lost and nobody else sees it. Never written to disk.
 */
import { reactive } from "vue";

import type { Registered } from "../../ipc/bindings/Registered";
import { emptySeeking, type Seeking } from "../search/query";
import { contentOf, type Draft, emptyDraft, isBlank } from "./draft";

export type Page = "intake" | "today" | "exchange" | "settings" | "search";

/** A correction carries the number it belongs to, so that it can never be saved onto another matter. */
export type Correction = { number: string; draft: Draft; before: Draft };

export type Enrolment = { address: string; code: string };

export type Work = {
  page: Page;
  draft: Draft;
  /** What clearing the form took away, until something new is typed or registered. */
  cleared: Draft | null;
  /** The visit just registered, while its slip is shown. */
  registered: (Registered & { received: string | null }) | null;
  /** The matter opened on today's page. */
  opened: string | null;
  /** What is looked for on the search page, and the matter opened there. */
  seeking: Seeking;
  found: string | null;
  correction: Correction | null;
  /** The reason being typed for voiding the matter of this number. */
  voiding: { number: string; reason: string } | null;
  /** A line about advice without a matter; it stays while it is folded. */
  advice: { open: boolean; line: string };
  enrolment: Enrolment;
  /** Settings typed and not yet saved, by the id of their field. */
  settings: Record<string, string>;
};

const works = reactive(new Map<number, Work>());

export function workOf(clerk: number): Work {
  if (!works.has(clerk)) works.set(clerk, emptyWork());
  return works.get(clerk) as Work;
}

/** Whether anybody at this window has something that closing it would lose. */
export const anyUnfinished = () => [...works.values()].some(isUnfinished);

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
    advice: { open: false, line: "" },
    enrolment: emptyEnrolment(),
    settings: {},
  };
}

export const emptyEnrolment = (): Enrolment => ({ address: "https://", code: "" });

export const isChanged = (correction: Correction) => contentOf(correction.draft) !== contentOf(correction.before);

/** The matter with something typed for it that leaving it would lose. */
export function unfinishedMatter({ correction, voiding }: Work): string | null {
  if (correction && isChanged(correction)) return correction.number;
  return voiding?.reason.trim() ? voiding.number : null;
}

/** Whether closing the window would lose something of a visit, of a matter or of advice. */
export function isUnfinished(work: Work): boolean {
  return !isBlank(work.draft) || unfinishedMatter(work) !== null || work.advice.line.trim() !== "";
}
