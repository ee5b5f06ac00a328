/** Locks after some minutes in which nobody touched the desk. Waits while an exchange runs: its result is to be seen. */
import { onBeforeUnmount, onMounted } from "vue";

export function useIdleLock(lock: () => void, isBusy: () => boolean, minutes: () => number, now: () => number = Date.now) {
  let touched = now();
  const touch = () => {
    touched = now();
  };
  const signs = ["keydown", "pointerdown", "pointermove", "wheel"] as const;
  let timer = 0;
  onMounted(() => {
    for (const sign of signs) window.addEventListener(sign, touch, { passive: true, capture: true });
    // Asked every few seconds instead of once at the end: a computer that slept must lock when it wakes.
    timer = window.setInterval(() => {
      if (isBusy()) touch();
      else if (now() - touched >= minutes() * 60_000) lock();
    }, 5000);
  });
  onBeforeUnmount(() => {
    for (const sign of signs) window.removeEventListener(sign, touch, { capture: true });
    window.clearInterval(timer);
  });
}
