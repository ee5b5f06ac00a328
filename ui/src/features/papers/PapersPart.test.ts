import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createApp, h, nextTick } from "vue";

import type { Filling } from "../../ipc/bindings/Filling";
import type { MatterPapers } from "../../ipc/bindings/MatterPapers";
import type { Offer } from "../../ipc/bindings/Offer";
import { ipc } from "../../ipc/call";
import { workOf } from "../intake/work";
import PapersPart from "./PapersPart.vue";

const NUMBER = "120110005-20261124-01A-0007-K";
const filling = { addressee: "张伟", reason: "", items: [], other_party: null, limit: null, opinion_date: null, approved_at: null, door: null };
const offer = {
  paper: "supplement_notice",
  fit: "materials",
  because: "",
  article: "",
  fields: ["addressee", "reason"],
  required: ["addressee"],
  doors: [],
  basis: null,
  filling: filling as unknown as Filling,
} as unknown as Offer;
const papers = (offers: Offer[]): MatterPapers => ({
  number: NUMBER,
  offers,
  issued: [],
  service_record: false,
  first_answer: { due: null, due_rolled: null, paper: null, on: null, delivered: false },
});

let clean = () => {};
const asked = vi.spyOn(ipc, "papersFor");
beforeEach(() => {
  asked.mockReset().mockResolvedValue(papers([offer]));
  vi.spyOn(ipc, "previewPaper").mockResolvedValue([]);
});
afterEach(() => clean());

/** The part as a clerk sees it; leaving is what a lock does. */
async function seen(clerk: number, sealed = false) {
  const place = document.createElement("div");
  document.body.append(place);
  const app = createApp(() => h(PapersPart, { number: NUMBER, work: workOf(clerk), sealed }));
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

const reason = () => document.getElementById("paper-reason") as HTMLTextAreaElement | null;

async function type(place: HTMLElement, words: string) {
  place.querySelector<HTMLElement>("[data-testid='offer-supplement_notice']")?.click();
  await settle();
  const field = reason();
  if (!field) throw new Error("the form is not open");
  field.value = words;
  field.dispatchEvent(new Event("input"));
  await settle();
}

it("what was typed on a paper is there after a lock, for the clerk who typed it and nobody else", async () => {
  const first = await seen(41);
  await type(first.place, "缺合同");
  first.leave();
  expect(document.body.textContent).not.toContain("缺合同");
  const other = await seen(42);
  expect(reason()).toBeNull();
  other.leave();
  await seen(41);
  expect(reason()?.value).toBe("缺合同");
});

it("of a sealed matter it waits until the matter is opened again", async () => {
  const first = await seen(43);
  await type(first.place, "缺合同");
  first.leave();
  const closed = await seen(43, true);
  expect(asked).toHaveBeenCalledOnce();
  expect(reason()).toBeNull();
  closed.leave();
  await seen(43);
  expect(reason()?.value).toBe("缺合同");
});

it("a form whose paper fits no more is closed and forgotten", async () => {
  const first = await seen(44);
  await type(first.place, "缺合同");
  first.leave();
  asked.mockResolvedValue(papers([]));
  await seen(44);
  expect(reason()).toBeNull();
  expect(workOf(44).papers.size).toBe(0);
});
