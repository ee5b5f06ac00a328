import { afterEach, expect, it, vi } from "vitest";
import { createApp, h, nextTick, ref } from "vue";

import type { Advice } from "../../ipc/bindings/Advice";
import type { Decision } from "../../ipc/bindings/Decision";
import type { Door } from "../../ipc/bindings/Door";
import DecisionForm from "./DecisionForm.vue";

// Element Plus brings style sheets, which mean nothing here.
vi.mock("../../components/TextInput.vue", () => ({
  default: ({ id, modelValue }: { id: string; modelValue: string }) => h("input", { id, value: modelValue }),
}));

const door = (id: string): Door => ({ id, name: id, body: "", grounds: [], limits: [], note: "", first: null });
const guided: Advice = {
  outcome: "guided",
  rule: "arbitration",
  article: "",
  because: "",
  paper: "guidance_sheet",
  also: [],
  needs_approver: false,
  clocks: [],
  suspended: false,
  sealed: false,
  mediation_offered: false,
  doors: [door("labour_arbitration"), door("commercial_arbitration")],
  caution: "",
  choices: [],
};

let clean: () => void;
afterEach(() => clean());

async function form(first: Decision | null) {
  const decision = ref(first);
  const page = document.createElement("div");
  document.body.append(page);
  const app = createApp(() =>
    h(DecisionForm, {
      advice: guided,
      notes: [],
      modelValue: decision.value,
      "onUpdate:modelValue": (value: Decision | null) => (decision.value = value),
    }),
  );
  app.mount(page);
  clean = () => {
    app.unmount();
    page.remove();
  };
  await nextTick();
  const choose = async (id: string) => {
    page.querySelector<HTMLInputElement>(`#${id}`)?.click();
    await nextTick();
  };
  const pick = async (id: string, value: string) => {
    const field = page.querySelector(`#${id}`) as HTMLSelectElement;
    field.value = value;
    field.dispatchEvent(new Event("change"));
    await nextTick();
  };
  return { decision, page, choose, pick };
}

it("one of several advised doors is named without deciding otherwise", async () => {
  const { decision, page, choose, pick } = await form(null);
  expect(page.querySelector("#decision-door")).toBeNull();
  await choose("decision-advised");
  await pick("decision-door", "commercial_arbitration");
  expect(decision.value).toEqual({ outcome: "guided", door: "commercial_arbitration", advised: true, because: "", to_body: "", approver: "" });
  expect(page.querySelector("#decision-because")).toBeNull();
});

it("a reason given for another decision is there again after a look at the advised one", async () => {
  const own: Decision = { outcome: "accepted", door: null, advised: false, because: "双方同意", to_body: "", approver: "" };
  const { decision, choose } = await form(own);
  await choose("decision-advised");
  expect(decision.value).toEqual({ outcome: "guided", door: null, advised: true, because: "", to_body: "", approver: "" });
  await choose("decision-own");
  expect(decision.value).toEqual(own);
});

it("deciding for oneself stays so where the outcome is still the advised one", async () => {
  const { page } = await form({ outcome: "guided", door: null, advised: true, because: "当面说过", to_body: "", approver: "" });
  expect(page.querySelector<HTMLInputElement>("#decision-because")?.value).toBe("当面说过");
});
