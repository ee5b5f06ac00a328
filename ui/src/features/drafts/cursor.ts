/** Where the cursor stands in the form: by the field's id, since a field may be drawn anew. */

export type Cursor = { id: string; start: number | null; end: number | null };

const isText = (field: Element | null): field is HTMLInputElement | HTMLTextAreaElement =>
  field instanceof HTMLTextAreaElement || (field instanceof HTMLInputElement && !["radio", "checkbox"].includes(field.type));

/** The cursor in the form in sight; null where it is elsewhere. */
export function cursorNow(): Cursor | null {
  const field = document.activeElement;
  if (!(field instanceof HTMLElement) || field.id === "" || !field.closest("form.visit")) return null;
  return isText(field) ? { id: field.id, start: field.selectionStart, end: field.selectionEnd } : { id: field.id, start: null, end: null };
}

/** Puts it back; false where there is no such field. */
export function placeCursor({ id, start, end }: Cursor): boolean {
  const field = document.getElementById(id);
  if (!field) return false;
  field.focus();
  if (isText(field) && start !== null) field.setSelectionRange(start, end);
  return true;
}
