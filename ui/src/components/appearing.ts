/** Nobody waits longer for the place where the focus goes. */
const PATIENCE_MS = 5000;

/**
 * Gives the element with this id to `found` as soon as it is there: at once, or when what it waits for has been answered.
 * Whoever has pressed a key meanwhile is somewhere else with their thoughts, and is left there.
 */
export function whenThere(id: string, found: (element: HTMLElement) => void) {
  const there = document.getElementById(id);
  if (there) return found(there);
  const observer = new MutationObserver(() => {
    const element = document.getElementById(id);
    if (!element) return;
    stop();
    found(element);
  });
  const timer = setTimeout(stop, PATIENCE_MS);
  function stop() {
    clearTimeout(timer);
    observer.disconnect();
    removeEventListener("keydown", stop, true);
  }
  addEventListener("keydown", stop, true);
  // Element Plus gives an input its id only after mounting.
  observer.observe(document.body, { childList: true, subtree: true, attributeFilter: ["id"] });
}
