/** The whole number a clerk typed, full-width digits included, kept between its bounds; the lower bound if there is none. */
export function wholeNumber(text: string, min: number, max: number): number {
  const digits = text.normalize("NFKC").replace(/[^0-9]/g, "");
  if (digits === "") return min;
  return Math.min(max, Math.max(min, Number(digits)));
}
