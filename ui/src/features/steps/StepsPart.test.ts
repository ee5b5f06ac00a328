import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createApp, h, nextTick } from "vue";

import type { MatterSteps } from "../../ipc/bindings/MatterSteps";
import type { StepOffer } from "../../ipc/bindings/StepOffer";
import { ipc } from "../../ipc/call";
import { workOf } from "../intake/work";
import StepsPart from "./StepsPart.vue";

const NUMBER = "120110005-20261124-01A-0007-K";
const begun = { on: "2026-11-24", section: "", person: "", due: null, way: null, answer: "", by: "", received_on: null, ending: null, note: "" };
const offer: StepOffer = { kind: "handed_over", fields: ["on", "section", "person", "due", "note"], begun };
const steps = (more: Partial<MatterSteps> = {}): MatterSteps => ({ number: NUMBER, stage: "registered", steps: [], clocks: [], offers: [offer], returned: [], ...more });

let clean = () => {};
const asked = vi.spyOn(ipc, "stepsOf");
beforeEach(() => {
  asked.mockReset().mockResolvedValue(steps());
});
afterEach(() => clean());

/** The part as a clerk sees it; leaving is what a lock does. */
async function seen(clerk: number) {
  const place = document.createElement("div");
  document.body.append(place);
  const app = createApp(() => h(StepsPart, { number: NUMBER, work: workOf(clerk), correctable: true }));
  app.mount(place);
  const leave = () => {
    app.unmount();
    place.remove();
    clean = () => {};
  };
  clean = leave;
  await settle();
  return { place, leave };
}

async function settle() {
  for (let i = 0; i < 5; i += 1) await nextTick();
}

const press = (key: string) => window.dispatchEvent(new KeyboardEvent("keydown", { key, code: `Digit${key}`, altKey: true }));
const section = () => document.getElementById("step-section") as HTMLInputElement | null;

async function type(field: HTMLInputElement | null, words: string) {
  if (!field) throw new Error("the form is not open");
  field.value = words;
  field.dispatchEvent(new Event("input"));
  await settle();
}

it("a form opens by its key, and what is typed comes back after a lock for who typed it", async () => {
  const first = await seen(71);
  press("1");
  await settle();
  await type(section(), "物业管理科");
  first.leave();
  const other = await seen(72);
  expect(section()).toBeNull();
  other.leave();
  await seen(71);
  expect(section()?.value).toBe("物业管理科");
});

it("what cannot be read is said with a way to try again", async () => {
  asked.mockRejectedValueOnce({ code: "disk_failed", params: {}, field: null, ref: "r" });
  const { place } = await seen(73);
  expect(place.querySelector("[data-testid='steps-retry']")).not.toBeNull();
  place.querySelector<HTMLElement>("[data-testid='steps-retry']")?.click();
  await settle();
  expect(place.querySelector("[data-testid='steps-none']")).not.toBeNull();
});

it("a form for a step that fits no more is closed", async () => {
  const first = await seen(74);
  press("1");
  await settle();
  first.leave();
  asked.mockResolvedValue(steps({ stage: "closed", offers: [] }));
  await seen(74);
  expect(workOf(74).steps.size).toBe(0);
});
