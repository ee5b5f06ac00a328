/**
 * Where Enter goes on to. On the form itself a choice of a few is passed over: it has an answer already, and keys of its own.
 * In an unfolded part it is a stop like any other, at the answer that is chosen or at the first one.
 */
const CONTROLS = "input, select, textarea, [data-register]";

const isRadio = (one: HTMLElement): one is HTMLInputElement => one instanceof HTMLInputElement && one.type === "radio";

function isStop(one: HTMLElement): boolean {
  if (!isRadio(one)) return true;
  const group = one.closest(".panel") && one.closest("fieldset");
  return group ? one === (group.querySelector("input:checked") ?? group.querySelector("input")) : false;
}

export function stopAfter(form: HTMLElement, from: HTMLElement): HTMLElement | undefined {
  const all = [...form.querySelectorAll<HTMLElement>(CONTROLS)];
  const isSame = (one: HTMLElement) => isRadio(one) && isRadio(from) && one.name === from.name;
  return all.slice(all.indexOf(from) + 1).find((one) => isStop(one) && !isSame(one));
}
