/** What a clerk looks for, as typed and chosen, and its way to a `SearchQuery`. */
import type { Filed } from "../../ipc/bindings/Filed";
import type { SearchQuery } from "../../ipc/bindings/SearchQuery";
import type { SearchState } from "../../ipc/bindings/SearchState";
import { type Day, readDay } from "../intake/moment";

export type When = "any" | "today" | "week" | "month" | "year" | "own";

export type Seeking = {
  text: string;
  when: When;
  /** Days as typed, of `when: "own"`. */
  from: string;
  to: string;
  category: Filed | null;
  state: SearchState | "any";
};

export const emptySeeking = (): Seeking => ({ text: "", when: "any", from: "", to: "", category: null, state: "any" });

/** Rows of one page: more than a screen shows, few enough to come at once. */
export const ROWS = 30;

const written = (date: Date) => date.toISOString().slice(0, 10);

/** The day so many days before. */
function before({ year, month, day }: Day, days: number): string {
  return written(new Date(Date.UTC(year, month - 1, day - days)));
}

function days({ when, from, to }: Seeking, today: Day): Pick<SearchQuery, "from" | "to"> {
  switch (when) {
    case "any":
      return { from: null, to: null };
    case "today":
      return { from: before(today, 0), to: null };
    case "week":
      return { from: before(today, 6), to: null };
    case "month":
      return { from: before(today, 29), to: null };
    case "year":
      return { from: `${today.year}-01-01`, to: null };
    case "own":
      return { from: readDay(from), to: readDay(to) };
  }
}

export const isNarrowed = ({ when, category, state }: Seeking) => when !== "any" || category !== null || state !== "any";

/** `null` while nothing is looked for. */
export function toQuery(seeking: Seeking, today: Day): SearchQuery | null {
  if (seeking.text.trim() === "" && !isNarrowed(seeking)) return null;
  return {
    text: seeking.text,
    ...days(seeking, today),
    category: seeking.category,
    state: seeking.state === "any" ? null : seeking.state,
    after: null,
    limit: ROWS,
  };
}
