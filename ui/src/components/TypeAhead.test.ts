import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createApp, h, nextTick, ref } from "vue";

import type { Filed } from "../ipc/bindings/Filed";
import type { Found } from "../ipc/bindings/Found";
import TypeAhead from "./TypeAhead.vue";

const heat: Found = { table: "content_category", edition: 2, code: "010201", name: "供热", path: "城乡建设 / 供热" };
const water: Found = { ...heat, code: "010202", name: "供水排水", path: "城乡建设 / 供水排水" };

let clean: () => void;
beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  clean();
  vi.useRealTimers();
});

function field(first: Filed | null, find = vi.fn(async () => [heat, water])) {
  const model = ref(first);
  const page = document.createElement("div");
  document.body.append(page);
  const app = createApp(() =>
    h(TypeAhead, {
      id: "content",
      find,
      words: async (filed: Filed) => (filed.edition === 2 ? heat.path : null),
      modelValue: model.value,
      "onUpdate:modelValue": (value: Filed | null) => (model.value = value),
    }),
  );
  app.mount(page);
  clean = () => {
    app.unmount();
    page.remove();
  };
  const input = page.querySelector("input") as HTMLInputElement;
  const pass = async () => {
    await vi.advanceTimersByTimeAsync(200);
    await nextTick();
  };
  const type = async (text: string) => {
    input.value = text;
    input.dispatchEvent(new InputEvent("input", { bubbles: true }));
    await pass();
  };
  const press = async (key: string) => {
    const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
    input.dispatchEvent(event);
    await pass();
    return event;
  };
  return { model, input, page, find, pass, type, press };
}

describe("a code found by typing", () => {
  it("is filed under its edition by Enter, which goes no further", async () => {
    const { model, input, type, press } = field(null);
    await type("gr");
    expect(input.getAttribute("aria-expanded")).toBe("true");
    expect(input.getAttribute("aria-activedescendant")).toBe("content-option-0");
    await press("ArrowDown");
    expect((await press("Enter")).defaultPrevented).toBe(true);
    expect(model.value).toEqual({ edition: 2, code: "010202" });
    expect(input.value).toBe("供水排水（城乡建设）");
    expect(input.hasAttribute("data-unclear")).toBe(false);
    expect((await press("Enter")).defaultPrevented).toBe(false);
  });

  it("is shown in the words of its edition, and by its code where the desk has not that edition", async () => {
    const known = field({ edition: 2, code: "010201" });
    await known.pass();
    expect(known.input.value).toBe("供热（城乡建设）");
    clean();
    const unknown = field({ edition: 9, code: "77" });
    await unknown.pass();
    expect(unknown.input.value).toContain("77");
  });

  it("typed and not chosen marks itself, changes nothing, and is given up by Esc", async () => {
    const { model, input, pass, type, press } = field({ edition: 2, code: "010201" });
    await pass();
    await type("gs");
    input.dispatchEvent(new FocusEvent("blur"));
    await pass();
    expect(input.getAttribute("data-unclear")).toBe("true");
    expect(model.value?.code).toBe("010201");
    expect((await press("Escape")).defaultPrevented).toBe(true);
    expect(input.value).toBe("供热（城乡建设）");
    expect(input.hasAttribute("data-unclear")).toBe(false);
    // Nothing left to give up: the page may fold the part.
    expect((await press("Escape")).defaultPrevented).toBe(false);
  });

  it("is taken out by emptying the field, and the down key opens the table's beginning", async () => {
    const { model, find, pass, type, press } = field({ edition: 2, code: "010201" });
    await pass();
    await type("");
    expect(model.value).toBeNull();
    await press("ArrowDown");
    expect(find).toHaveBeenLastCalledWith("");
  });

  it("is not looked for while the input method composes", async () => {
    const { input, find, pass } = field(null);
    const composing = new InputEvent("input", { bubbles: true });
    Object.defineProperty(composing, "isComposing", { value: true });
    input.value = "gong";
    input.dispatchEvent(composing);
    await pass();
    expect(find).not.toHaveBeenCalled();
    input.value = "供";
    input.dispatchEvent(new Event("compositionend", { bubbles: true }));
    await pass();
    expect(find).toHaveBeenLastCalledWith("供");
  });

  it("says that nothing was found, and that the desk could not be asked", async () => {
    const nothing = field(null, vi.fn(async () => []));
    await nothing.type("zzz");
    expect(nothing.page.textContent).toContain("没有找到");
    clean();
    const broken = field(null, vi.fn(async () => Promise.reject(new Error("no"))));
    await broken.type("gr");
    expect(broken.page.textContent).toContain("现在查不了");
  });
});
