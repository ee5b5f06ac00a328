import { afterEach, expect, it, vi } from "vitest";
import { createApp, defineComponent, h, nextTick, ref } from "vue";

import { useRows } from "./rows";

let clean = () => {};
afterEach(() => clean());

function shown(names: string[]) {
  const rows = ref(names);
  const opened = vi.fn();
  const List = defineComponent({
    setup() {
      const { walked, select } = useRows(() => rows.value, (name) => name, "li");
      return { rows, walked, select };
    },
    render() {
      const item = (name: string, index: number) =>
        h("li", { key: name, ...this.walked(index, () => opened(name)) }, [name, h("button", { id: `in-${name}` })]);
      return h("ul", { ref: "list" }, this.rows.map(item));
    },
  });
  const place = document.createElement("div");
  document.body.append(place);
  const app = createApp(List);
  const list = app.mount(place) as unknown as { select: (index: number) => void };
  clean = () => {
    app.unmount();
    place.remove();
  };
  const press = async (key: string) => {
    document.activeElement?.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
    await nextTick();
  };
  return { rows, opened, list, press, at: () => document.activeElement?.textContent };
}

it("the arrow keys walk the rows, Home and End go to their ends, and Enter opens the one in focus", async () => {
  const { opened, list, press, at } = shown(["一", "二", "三"]);
  list.select(0);
  await nextTick();
  for (const [key, row] of [["ArrowDown", "二"], ["End", "三"], ["ArrowDown", "三"], ["ArrowUp", "二"], ["Home", "一"]] as const) {
    await press(key);
    expect(at()).toBe(row);
  }
  await press("Enter");
  expect(opened.mock.calls).toEqual([["一"]]);
});

it("a row keeps the focus by its name where another one comes before it", async () => {
  const { rows, list, press, at } = shown(["二", "三"]);
  list.select(0);
  await nextTick();
  rows.value = ["一", "二", "三"];
  await nextTick();
  await press("ArrowDown");
  expect(at()).toBe("三");
});

it("the keys of a button within a row are its own", async () => {
  const { opened, list, press } = shown(["一"]);
  list.select(0);
  await nextTick();
  document.getElementById("in-一")?.focus();
  await press("Enter");
  expect(opened).not.toHaveBeenCalled();
});
