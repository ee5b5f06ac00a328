/**
 * The whole number a clerk typed, full-width digits and a measure word included; the lower bound for an empty field.
 * `null` where that is not what was typed: digits are never picked out of something else, `12-15` is not 1215.
 */
export function wholeNumber(text: string, min: number, max: number): number | null {
  const typed = text.normalize("NFKC").trim();
  if (typed === "") return min;
  const digits = /^([0-9]+) *[人名位个件份号]?$/.exec(typed)?.[1];
  if (digits === undefined) return null;
  const number = Number(digits);
  return number < min || number > max ? null : number;
}
