import { afterEach, expect, it, vi } from "vitest";
import { createApp, h, nextTick, ref } from "vue";

import type { OtherPaper } from "../../ipc/bindings/OtherPaper";
import type { SharedMatter } from "../../ipc/bindings/SharedMatter";
import { ipc } from "../../ipc/call";
import { workOf } from "../intake/work";
import SharedPapers from "./SharedPapers.vue";

const paper: OtherPaper = { document: "新立访接〔2026〕02A-1号", paper: "acceptance_notice", issued: "2026-11-24", void: false, told: null, here: [] };
const matter = (more: Partial<SharedMatter>): SharedMatter => ({
  number: "120110005-20261124-02A-0001-K",
  short: "02A-0001",
  desk: "02",
  date: "2026-11-24",
  title: "物业费",
  name: "张伟",
  addressee: "张伟",
  phone: "",
  void: false,
  papers: [paper],
  returned: [],
  ...more,
});

let clean = () => {};
afterEach(() => {
  clean();
  vi.restoreAllMocks();
});

async function settle() {
  for (let i = 0; i < 5; i += 1) await nextTick();
}

async function seen(clerk: number, first: SharedMatter) {
  const shown = ref(first);
  const place = document.createElement("div");
  document.body.append(place);
  const app = createApp(() => h(SharedPapers, { matter: shown.value, work: workOf(clerk), onChanged: (now: SharedMatter) => (shown.value = now) }));
  app.mount(place);
  clean = () => {
    app.unmount();
    place.remove();
    clean = () => {};
  };
  await settle();
  const sees = (mark: string) => place.querySelector(`[data-testid='${mark}']`);
  const press = async (key: string, more: KeyboardEventInit = {}) => {
    window.dispatchEvent(new KeyboardEvent("keydown", { key, cancelable: true, ...more }));
    await settle();
  };
  return { sees, press, leave: () => clean() };
}

const receiver = () => document.getElementById("delivery-receiver") as HTMLInputElement | null;

it("a paper is handed over by keys, and the list says so at once", async () => {
  const told = { way: "in_person", receiver: "张伟", relation: "本人", at: "2026-11-24T09:05:00", place: "", witness: "", refused: false, remark: "" } as const;
  const here = [{ written: "2026-11-24 09:06", clerk: 2, window: null, told }];
  const kept = vi.spyOn(ipc, "deliverFor").mockResolvedValue(matter({ papers: [{ ...paper, here }] }));
  // The bar above is not looked at here.
  vi.spyOn(ipc, "deskState").mockReturnValue(new Promise(() => {}));
  const { sees, press } = await seen(301, matter({}));
  expect(sees("paper-state")?.textContent).toBe("未送达");
  await press("s", { altKey: true });
  expect(receiver()?.value).toBe("张伟");
  await press("Enter", { ctrlKey: true });
  expect(kept).toHaveBeenCalledOnce();
  expect(kept.mock.calls[0]?.[1]).toEqual([paper.document]);
  expect(sees("paper-state")?.textContent).toBe("已送达");
  expect(receiver()).toBeNull();
});

it("a form that is open comes back after a lock, and Esc leaves it without a word written", async () => {
  const kept = vi.spyOn(ipc, "deliverFor");
  const first = await seen(302, matter({}));
  await first.press("s", { altKey: true });
  first.leave();
  const { press } = await seen(302, matter({}));
  expect(receiver()).not.toBeNull();
  await press("Escape");
  expect(receiver()).toBeNull();
  expect(kept).not.toHaveBeenCalled();
});

it("what is void, or not known, cannot be handed over", async () => {
  const spoiled = await seen(303, matter({ papers: [{ ...paper, void: true }] }));
  expect(spoiled.sees("shared-deliver")).toBeNull();
  spoiled.leave();
  const voided = await seen(304, matter({ void: true }));
  expect(voided.sees("shared-deliver")).toBeNull();
  expect(voided.sees("shared-papers-void")).not.toBeNull();
  voided.leave();
  const none = await seen(305, matter({ papers: [] }));
  expect(none.sees("shared-papers-none")).not.toBeNull();
  expect(none.sees("shared-deliver")).toBeNull();
});

it("what waits at the district for the other window's entry is said, and nothing else of it", async () => {
  const waits = { place: "A-7", kind: "delivered_for", at: "2026-11-24 09:06", state: "waiting", code: null, other: 0 } as const;
  const page = await seen(3, matter({ returned: [waits] }));
  expect(page.sees("steps-returned")?.textContent).toContain("2026-11-24 09:06 的“代外窗口送达”区里已经收到，在等出具文书的窗口上报");
  expect(page.sees("steps-returned")?.textContent).not.toContain("第 0 条");
});
