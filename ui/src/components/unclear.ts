/** Fields whose text would be left out or replaced on saving mark themselves with `data-unclear`. */

/** Puts the focus on the first such field of a form; says whether there is one. */
export function focusUnclear(form: HTMLElement | undefined): boolean {
  const unclear = form?.querySelector<HTMLElement>("[data-unclear]");
  unclear?.focus();
  return unclear != null;
}
