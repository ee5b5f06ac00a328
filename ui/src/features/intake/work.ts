/**
 * What each clerk has under way: the page, the draft, the correction, the slip in hand. Kept in memory only, per clerk,
 * through a lock and a failure, so that nothing typed is ever lost and nobody else sees it. Never written to disk.
 */
import { reactive } from "vue";

import type { Registered } from "../../ipc/bindings/Registered";
import { type Draft, emptyDraft } from "./draft";

export type Page = "intake" | "today" | "exchange" | "settings";

export type Work = {
  page: Page;
  draft: Draft;
  /** The visit just registered, while its slip is shown. */
  registered: Registered | null;
  /** The matter opened on today's page. */
  opened: string | null;
  correction: Draft | null;
  /** The reason being typed for voiding the opened matter. */
  voiding: string | null;
};

const works = reactive(new Map<number, Work>());

export function workOf(clerk: number): Work {
  if (!works.has(clerk)) {
    works.set(clerk, { page: "intake", draft: emptyDraft(), registered: null, opened: null, correction: null, voiding: null });
  }
  return works.get(clerk) as Work;
}
