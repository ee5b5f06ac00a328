/** What the desk does not do before somebody has looked at the date is done once they said that it is right. */
import { computed, reactive, shallowRef } from "vue";

import type { Failure } from "../../ipc/bindings/Failure";
import { asksForDate } from "./clock";

export function useDateAsk() {
  const waiting = shallowRef<(() => unknown) | null>(null);
  return reactive({
    asked: computed(() => waiting.value !== null),
    /** `action`: what was refused with this failure, to be done again. */
    note(failure: Failure, action: () => unknown) {
      if (asksForDate(failure)) waiting.value = action;
    },
    right() {
      const action = waiting.value;
      waiting.value = null;
      void action?.();
    },
    wrong() {
      waiting.value = null;
    },
  });
}
