import { expect, it } from "vitest";

import { civilDay, readDay, readMoment } from "./moment";

const today = { year: 2026, month: 11, day: 26 };

it("reads a day in the ways in which people write it", () => {
  for (const typed of ["1972-03-14", "19720314", "1972.3.14", " 1972/3/14", "1972年3月14日", "１９７２－０３－１４"]) {
    expect(readDay(typed), typed).toBe("1972-03-14");
  }
});

it("makes no day out of what is none", () => {
  for (const typed of ["1972-02-30", "1972-13-01", "72-3-14", "三月", "197203141", "0972-03-14"]) {
    expect(readDay(typed), typed).toBeNull();
  }
});

it("reads a moment with its year and its colon, or without them", () => {
  for (const typed of ["2026-11-24 09:05", "11-24 905", "11.24 0905", "11月24日9点05分", "11月24日 9:05", "2026-11-24T09:05:00"]) {
    expect(readMoment(typed, today), typed).toBe("2026-11-24 09:05");
  }
  expect(readMoment("20261124 9点", today)).toBe("2026-11-24 09:00");
});

it("takes a day alone as the ledger has it", () => {
  expect(readMoment("2023-06-01", today)).toBe("2023-06-01 00:00");
});

it("a day without a year was the last one, never one that is still to come", () => {
  expect(readMoment("11-26 8:00", today)).toBe("2026-11-26 08:00");
  expect(readMoment("12-31 8:00", today)).toBe("2025-12-31 08:00");
});

it("makes no moment out of what is none", () => {
  for (const typed of ["905", "11-24 2460", "11-24 25:00", "11-31 9:00", "昨天", "11-24 上午"]) {
    expect(readMoment(typed, today), typed).toBeNull();
  }
});

it("the day at the desk is the one at +08:00", () => {
  expect(civilDay(new Date("2026-11-25T17:00:00Z"))).toEqual(today);
});
