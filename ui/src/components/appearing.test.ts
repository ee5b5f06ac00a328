import { expect, it, vi } from "vitest";

import { whenThere } from "./appearing";

const element = (id: string) => Object.assign(document.createElement("input"), { id });

it("an element that is there is given at once", () => {
  document.body.replaceChildren(element("there"));
  const found = vi.fn();
  whenThere("there", found);
  expect(found).toHaveBeenCalledOnce();
});

it("an element that appears is given once, however much changes after it", async () => {
  document.body.replaceChildren();
  const found = vi.fn();
  whenThere("later", found);
  expect(found).not.toHaveBeenCalled();
  document.body.append(element("later"));
  await vi.waitFor(() => expect(found).toHaveBeenCalledOnce());
  document.body.append(element("another"));
  await new Promise((done) => setTimeout(done, 20));
  expect(found).toHaveBeenCalledOnce();
});

it("an element that gets its id only after it was put in place is given too", async () => {
  document.body.replaceChildren(element(""));
  const found = vi.fn();
  whenThere("named", found);
  (document.body.firstChild as HTMLElement).id = "named";
  await vi.waitFor(() => expect(found).toHaveBeenCalledOnce());
});

it("whoever has pressed a key meanwhile is not taken away from there", async () => {
  document.body.replaceChildren();
  const found = vi.fn();
  whenThere("late", found);
  dispatchEvent(new KeyboardEvent("keydown", { key: "a" }));
  document.body.append(element("late"));
  await new Promise((done) => setTimeout(done, 20));
  expect(found).not.toHaveBeenCalled();
});
