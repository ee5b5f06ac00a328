/** How the computer's clock stands: asked again every half minute, and after whatever may have changed it. Holds no rule. */
import { reactive } from "vue";

import { attempt } from "../../app/desk";
import type { ClockState } from "../../ipc/bindings/ClockState";
import type { Failure } from "../../ipc/bindings/Failure";
import { ipc } from "../../ipc/call";

export const clock = reactive({ state: null as ClockState | null });

export async function refreshClock() {
  // What cannot be asked is asked again soon: a clerk can do nothing about it here.
  clock.state = (await attempt(ipc.clockState, () => {})) ?? clock.state;
}

/** Whether a registration was refused only because somebody has to look at the date. */
export const asksForDate = (failure: Failure) => failure.code === "clock_behind" || failure.code === "clock_ahead";

/** The one thing to say of the clock, the most urgent first; `null` while nothing is in doubt. */
export function doubtOf(state: ClockState | null): "asks" | "district" | "jumped" | null {
  if (!state) return null;
  if (state.asks) return "asks";
  if (state.district_minutes !== 0) return "district";
  return state.jumped_minutes !== 0 ? "jumped" : null;
}

/** `1 天 3 小时`, out of minutes of either sign: the two largest parts are enough to see what is wrong. */
export function span(minutes: number, units: { years: string; days: string; hours: string; minutes: string }): string {
  const whole = Math.abs(minutes);
  const parts: [number, string][] = [
    [Math.floor(whole / 525_600), units.years],
    [Math.floor((whole % 525_600) / 1440), units.days],
    [Math.floor((whole % 1440) / 60), units.hours],
    [whole % 60, units.minutes],
  ];
  const from = parts.findIndex(([count]) => count > 0);
  const shown = parts.slice(Math.max(from, 0), Math.max(from, 0) + 2).filter(([count]) => count > 0);
  return shown.map(([count, unit]) => `${count}${unit}`).join("");
}
