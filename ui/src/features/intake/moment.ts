/** Days and moments as clerks type them, read into the exact form. Civil time at +08:00; the day of today is handed in. */

export type Day = { year: number; month: number; day: number };

const two = (number: number) => String(number).padStart(2, "0");
export const written = ({ year, month, day }: Day) => `${year}-${two(month)}-${two(day)}`;

/** The civil day at the desk. */
export function civilDay(at: Date): Day {
  const there = new Date(at.getTime() + 8 * 60 * 60 * 1000);
  return { year: there.getUTCFullYear(), month: there.getUTCMonth() + 1, day: there.getUTCDate() };
}

function exists({ year, month, day }: Day): boolean {
  const date = new Date(Date.UTC(year, month - 1, day));
  return year >= 1800 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

const plain = (text: string) => text.normalize("NFKC").trim();

/** `1972-03-14` out of `19720314`, `1972.3.14`, `1972年3月14日`; `null` where that is no day. */
export function readDay(text: string): string | null {
  const typed = plain(text);
  const parts = /^(\d{4})(\d{2})(\d{2})$/.exec(typed) ?? /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$/.exec(typed);
  if (!parts) return null;
  const day = { year: Number(parts[1]), month: Number(parts[2]), day: Number(parts[3]) };
  return exists(day) ? written(day) : null;
}

/** `2026-11-24 09:05` out of what was typed, with or without year and time; `null` where that is no moment. */
export function readMoment(text: string, today: Day): string | null {
  const [first = "", ...rest] = plain(text).split(/(?<=日)\s*|[\sT]+/);
  const date = readDay(first) ?? dayOfLate(first, today);
  const time = readTime(rest.join(" "));
  return date !== null && time !== null ? `${date} ${time}` : null;
}

/** A day without its year: the last one that was not after today, since what is entered later has happened. */
function dayOfLate(text: string, today: Day): string | null {
  const parts = /^(\d{1,2})[-/.月](\d{1,2})日?$/.exec(text);
  if (!parts) return null;
  const [month, day] = [Number(parts[1]), Number(parts[2])];
  const passed = month < today.month || (month === today.month && day <= today.day);
  const date = { year: passed ? today.year : today.year - 1, month, day };
  return exists(date) ? written(date) : null;
}

/** A ledger often has the day alone: midnight then. */
function readTime(text: string): string | null {
  if (text === "") return "00:00";
  const parts = /^(\d{1,2})[:点时](\d{2})分?(?::\d{2})?$/.exec(text) ?? /^(\d{1,2})(\d{2})$/.exec(text) ?? /^(\d{1,2})[点时]$/.exec(text);
  if (!parts) return null;
  const [hour, minute] = [Number(parts[1]), Number(parts[2] ?? 0)];
  return hour < 24 && minute < 60 ? `${two(hour)}:${two(minute)}` : null;
}
