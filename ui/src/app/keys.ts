/**
 * Keys. The input method's own keys never reach the program, and nothing here listens to keyup: in WebKitGTK the keyup
 * of the Enter that commits a word looks like any other Enter.
 */
import { onBeforeUnmount, onMounted } from "vue";

export function isComposing(event: KeyboardEvent): boolean {
  return event.isComposing || event.keyCode === 229;
}

/** Stops every keydown that belongs to the input method before any listener of the page sees it. */
export function guardComposition(target: Window) {
  target.addEventListener(
    "keydown",
    (event) => {
      if (isComposing(event)) event.stopImmediatePropagation();
      // A held Enter must not press the button that the next page puts under it.
      else if (event.repeat && event.key === "Enter" && !(event.target instanceof HTMLTextAreaElement)) event.preventDefault();
    },
    { capture: true },
  );
}

const TEXT_FIELDS = "textarea, input:not([type=radio], [type=checkbox])";

/** A reload would throw away all that is typed: neither its keys nor the menu that offers it work. */
export function guardReload(target: Window) {
  target.addEventListener(
    "keydown",
    (event) => {
      if (!["F5", "Ctrl+F5", "Ctrl+R", "Ctrl+Shift+R"].includes(keyName(event))) return;
      event.preventDefault();
      event.stopImmediatePropagation();
    },
    { capture: true },
  );
  target.addEventListener(
    "contextmenu",
    (event) => {
      // In a text the menu is the way to paste by mouse, and it offers no reload there.
      if (!(event.target instanceof Element && event.target.closest(TEXT_FIELDS))) event.preventDefault();
    },
    { capture: true },
  );
}

/** A file that is dropped where nothing takes it would be opened in the window's place. */
export function guardDrop(target: Window) {
  for (const name of ["dragover", "drop"]) target.addEventListener(name, (event) => event.preventDefault());
}

/** The name of a key as the pages write it: "F8", "Ctrl+Enter", "Alt+1". */
export function keyName(event: KeyboardEvent): string {
  const digit = /^(?:Digit|Numpad)(\d)$/.exec(event.code);
  // With Alt held, some layouts give another character than the digit on the key.
  const key = event.altKey && digit ? digit[1] : event.key.length === 1 ? event.key.toUpperCase() : event.key;
  return `${event.ctrlKey ? "Ctrl+" : ""}${event.altKey ? "Alt+" : ""}${event.shiftKey ? "Shift+" : ""}${key}`;
}

/** Keys of a page, while it is shown. A key whose action returns `false` stays with the browser. */
export function useKeys(keys: Record<string, () => unknown>) {
  const listen = (event: KeyboardEvent) => {
    const action = keys[keyName(event)];
    if (!action || event.repeat || event.defaultPrevented) return;
    if (action() !== false) event.preventDefault();
  };
  onMounted(() => window.addEventListener("keydown", listen));
  onBeforeUnmount(() => window.removeEventListener("keydown", listen));
}
