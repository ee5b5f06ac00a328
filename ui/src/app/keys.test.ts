import { describe, expect, it, vi } from "vitest";

import { guardComposition, keyName } from "./keys";

guardComposition(window);

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
