import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createApp, h, nextTick } from "vue";

import type { FoundMatter } from "../../ipc/bindings/FoundMatter";
import type { SearchQuery } from "../../ipc/bindings/SearchQuery";
import type { SearchResult } from "../../ipc/bindings/SearchResult";
import { ipc } from "../../ipc/call";
import { workOf } from "../intake/work";
import { ROWS } from "./query";
import SearchPage from "./SearchPage.vue";

const matter = (number: string): FoundMatter => ({
  row: {
    number,
    short: number,
    date: "2026-11-24",
    time: "09:05",
    name: "张伟",
    title: "物业费",
    headcount: 1,
    state: "waiting",
    void: false,
    void_reason: "",
    version: 1,
    slips: 0,
    reason: null,
    acted: null,
  },
  name: [{ text: "张伟", hit: true }],
  title: [{ text: "物业费", hit: false }],
  excerpt: null,
});
const page = (numbers: string[], next: string | null = null): SearchResult => ({ rows: numbers.map(matter), next, shared: [] });

let clerk = 100;
let clean: () => void;
beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  clean();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

function opened(search: (query: SearchQuery) => Promise<SearchResult>) {
  const asked = vi.spyOn(ipc, "search").mockImplementation(search);
  const work = workOf((clerk += 1));
  const place = document.createElement("div");
  document.body.append(place);
  const app = createApp(() => h(SearchPage, { work }));
  app.mount(place);
  clean = () => {
    app.unmount();
    place.remove();
  };
  const field = () => document.getElementById("search-text") as HTMLInputElement;
  const type = async (text: string) => {
    field().value = text;
    field().dispatchEvent(new Event("input"));
    await nextTick();
  };
  const press = async (key: string) => {
    field().dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
    await nextTick();
  };
  const settle = () => vi.advanceTimersByTimeAsync(200);
  const shown = () => [...place.querySelectorAll("tr[data-number]")].map((row) => row.getAttribute("data-number"));
  const sees = (mark: string) => place.querySelector(`[data-testid='${mark}']`) !== null;
  const chosen = () => place.querySelector("tr[aria-selected='true']")?.getAttribute("data-number");
  return { asked, work, type, press, settle, shown, sees, chosen };
}

it("asks nothing while nothing is looked for, and says what can be typed", async () => {
  const { asked, settle, sees } = opened(async () => page([]));
  await settle();
  expect(asked).not.toHaveBeenCalled();
  expect(sees("search-blank")).toBe(true);
});

it("shows the newest answer only, and opens by Enter no row of an answer that is still awaited", async () => {
  const late = new Map([["张", 500], ["张伟", 10]]);
  const search = (query: SearchQuery) =>
    new Promise<SearchResult>((answer) => setTimeout(() => answer(page([query.text])), late.get(query.text)));
  const { work, type, press, settle, shown } = opened(search);
  await type("张");
  await settle();
  await type("张伟");
  await press("Enter");
  expect(work.found).toBeNull();
  await settle();
  await vi.advanceTimersByTimeAsync(1000);
  expect(shown()).toEqual(["张伟"]);
});

it("goes on by itself from a page that came short of rows, and stops with a screenful", async () => {
  const many = Array.from({ length: ROWS }, (_, index) => `B-${index}`);
  const search = async ({ after }: SearchQuery) => (after === null ? page(["A"], "7") : page(many, "3"));
  const { asked, type, settle, shown } = opened(search);
  await type("物业费");
  await settle();
  expect(asked.mock.calls.map(([query]) => query.after)).toEqual([null, "7"]);
  expect(shown()).toEqual(["A", ...many]);
});

it("arrows choose a row, going below the last fetches more, and Enter opens", async () => {
  const first = Array.from({ length: ROWS }, (_, index) => `A-${index}`);
  const search = async ({ after }: SearchQuery) => (after === null ? page(first, "7") : page(["B"]));
  const { work, type, press, settle, shown, chosen } = opened(search);
  await type("物业");
  await settle();
  expect(chosen()).toBe("A-0");
  for (const _ of first) await press("ArrowDown");
  await settle();
  expect(shown().at(-1)).toBe("B");
  await press("ArrowDown");
  expect(chosen()).toBe("B");
  await press("ArrowUp");
  vi.spyOn(ipc, "matter").mockReturnValue(new Promise(() => {}));
  await press("Enter");
  expect(work.found).toBe(`A-${ROWS - 1}`);
});

it("says that nothing was found, and that it could not be looked for", async () => {
  const failed = { code: "disk_failed", params: {}, field: null, ref: "9c02" };
  const search = vi.fn(async () => page([]));
  const { type, settle, sees, shown } = opened(search);
  await type("物业弗");
  await settle();
  expect(sees("search-nothing")).toBe(true);
  search.mockRejectedValueOnce(failed);
  await type("物业");
  await settle();
  expect([sees("failure"), sees("search-nothing"), sees("search-retry")]).toEqual([true, false, true]);
  search.mockResolvedValueOnce(page(["A"]));
  document.querySelector<HTMLElement>("[data-testid='search-retry']")?.click();
  await settle();
  expect([sees("failure"), shown()]).toEqual([false, ["A"]]);
});
