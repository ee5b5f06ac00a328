import { describe, expect, it } from "vitest";

import type { ClockState } from "../../ipc/bindings/ClockState";
import type { Failure } from "../../ipc/bindings/Failure";
import { zh } from "../../text/zh";
import { asksForDate, doubtOf, span } from "./clock";

const steady: ClockState = { now: "2026-11-24 09:05", last: null, asks: false, jumped_minutes: 0, district_minutes: 0 };
const refused = (code: Failure["code"]): Failure => ({ code, params: {}, field: null, ref: "" });

describe("the computer's clock", () => {
  it("says nothing while nothing is in doubt", () => {
    expect(doubtOf(null)).toBe(null);
    expect(doubtOf(steady)).toBe(null);
  });

  it("says first what holds up the next visit", () => {
    expect(doubtOf({ ...steady, asks: true, district_minutes: 9, jumped_minutes: -1440 })).toBe("asks");
    expect(doubtOf({ ...steady, district_minutes: -9, jumped_minutes: 4 })).toBe("district");
    expect(doubtOf({ ...steady, jumped_minutes: 4 })).toBe("jumped");
  });

  it("tells a span in its two largest parts", () => {
    const told = (minutes: number) => span(minutes, zh.clock.units);
    expect(told(7)).toBe("7分钟");
    expect(told(-1440)).toBe("1天");
    expect(told(1505)).toBe("1天1小时");
    expect(told(3652 * 1440)).toBe("10年2天");
  });

  it("asks for the date only where the date is all that is missing", () => {
    expect(asksForDate(refused("clock_behind"))).toBe(true);
    expect(asksForDate(refused("clock_ahead"))).toBe(true);
    expect(asksForDate(refused("disk_full"))).toBe(false);
  });
});
