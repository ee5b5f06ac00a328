import { describe, expect, it, vi } from "vitest";

import { guardComposition, guardReload, keyName } from "./keys";

guardComposition(window);
guardReload(window);

function press(init: KeyboardEventInit & { keyCode?: number }) {
  const event = new KeyboardEvent("keydown", { bubbles: true, cancelable: true, ...init });
  if (init.keyCode !== undefined) Object.defineProperty(event, "keyCode", { value: init.keyCode });
  document.body.dispatchEvent(event);
  return event;
}

describe("the composition guard", () => {
  it("lets no page see the Enter that commits a word", () => {
    const seen = vi.fn();
    window.addEventListener("keydown", seen);
    press({ key: "Enter", isComposing: true });
    press({ key: "Enter", keyCode: 229 });
    expect(seen).not.toHaveBeenCalled();
    press({ key: "Enter" });
    expect(seen).toHaveBeenCalledTimes(1);
    window.removeEventListener("keydown", seen);
  });

  it("takes the effect from an Enter that is held down", () => {
    expect(press({ key: "Enter", repeat: true }).defaultPrevented).toBe(true);
    expect(press({ key: "Enter" }).defaultPrevented).toBe(false);
  });
});

describe("the reload guard", () => {
  it("swallows the keys that reload, and no others", () => {
    const seen = vi.fn();
    window.addEventListener("keydown", seen);
    expect(press({ key: "F5" }).defaultPrevented).toBe(true);
    expect(press({ key: "r", ctrlKey: true }).defaultPrevented).toBe(true);
    expect(press({ key: "R", ctrlKey: true, shiftKey: true }).defaultPrevented).toBe(true);
    expect(seen).not.toHaveBeenCalled();
    expect(press({ key: "r", altKey: true }).defaultPrevented).toBe(false);
    expect(seen).toHaveBeenCalledTimes(1);
    window.removeEventListener("keydown", seen);
  });

  it("leaves the menu to text fields", () => {
    document.body.innerHTML = "<p></p><input type='radio'><input id='text'><textarea></textarea>";
    const isOffered = (place: string) => {
      const event = new MouseEvent("contextmenu", { bubbles: true, cancelable: true });
      document.querySelector(place)?.dispatchEvent(event);
      return !event.defaultPrevented;
    };
    expect(["p", "[type=radio]", "#text", "textarea"].map(isOffered)).toEqual([false, false, true, true]);
  });
});

describe("key names", () => {
  it("are what the pages write", () => {
    const name = (init: KeyboardEventInit) => keyName(new KeyboardEvent("keydown", init));
    expect(name({ key: "Enter", ctrlKey: true })).toBe("Ctrl+Enter");
    expect(name({ key: "l", ctrlKey: true })).toBe("Ctrl+L");
    expect(name({ key: "F8" })).toBe("F8");
    // An Alt layer that gives another character still means the digit on the key.
    expect(name({ key: "¡", code: "Digit1", altKey: true })).toBe("Alt+1");
  });
});
