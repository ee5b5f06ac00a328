/** The desk's advice on a draft, asked again whenever an answer changes that it depends on. */
import { onBeforeUnmount, ref, watch } from "vue";

import { noticeLock } from "../../app/desk";
import { newest } from "../../components/newest";
import type { Advice } from "../../ipc/bindings/Advice";
import type { Failure } from "../../ipc/bindings/Failure";
import type { Visit } from "../../ipc/bindings/Visit";
import { asFailure, ipc } from "../../ipc/call";
import { type Draft, toVisit } from "./draft";

const PAUSE_MS = 80;

/** What the advice depends on, as one text to compare. */
function basis(draft: Draft): string {
  const { routing, confidential, name, address } = toVisit(draft);
  return JSON.stringify([routing, confidential, name, address]);
}

export function useAdvice(draft: () => Draft) {
  const advice = ref<Advice | null>(null);
  const busy = ref(false);
  const failure = ref<Failure | null>(null);

  const question = newest((visit: Visit) => ipc.advise(visit), { answer: take, failed }, PAUSE_MS);
  onBeforeUnmount(question.drop);

  function take(answer: Advice | null) {
    advice.value = answer;
    busy.value = false;
  }

  function failed(reason: unknown) {
    // Old advice on new answers would mislead.
    take(null);
    failure.value = noticeLock(asFailure(reason));
  }

  function ask() {
    failure.value = null;
    question.drop();
    if (draft().routing === null) return take(null);
    busy.value = true;
    question.put(toVisit(draft()));
  }

  watch(() => basis(draft()), ask, { immediate: true });
  return { advice, busy, failure, ask };
}
