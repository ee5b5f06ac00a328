/**
 * A list walked by keys: one row has the focus. It is known by its name, since places change while somebody looks. What the
 * rows stand in carries `ref="list"`; `css` finds them in it.
 */
import { computed, nextTick, ref, type Ref, useTemplateRef } from "vue";

export function useRows<Row, Name extends string | number>(rows: () => Row[], nameOf: (row: Row) => Name, css: string) {
  const list = useTemplateRef<HTMLElement>("list");
  const selected = ref(null) as Ref<Name | null>;
  const place = computed(() => Math.max(0, rows().findIndex((row) => nameOf(row) === selected.value)));

  /** False where there is no row. */
  async function focusRow(): Promise<boolean> {
    await nextTick();
    const row = list.value?.querySelectorAll<HTMLElement>(css)[place.value];
    row?.focus();
    return row !== undefined;
  }

  function select(index: number) {
    const row = rows()[Math.max(0, Math.min(rows().length - 1, index))];
    if (row === undefined) return;
    selected.value = nameOf(row);
    void focusRow();
  }

  /** What makes an element the row at a place; `enter` is what its Enter does. */
  function walked(index: number, enter: () => unknown) {
    const keys: Record<string, () => unknown> = {
      ArrowDown: () => select(index + 1),
      ArrowUp: () => select(index - 1),
      Home: () => select(0),
      End: () => select(rows().length - 1),
      Enter: enter,
    };
    return {
      tabindex: index === place.value ? 0 : -1,
      onFocus: () => {
        const row = rows()[index];
        if (row !== undefined) selected.value = nameOf(row);
      },
      onKeydown: (event: KeyboardEvent) => {
        const action = keys[event.key];
        // A button within the row has keys of its own.
        if (!action || event.target !== event.currentTarget || event.ctrlKey || event.altKey) return;
        event.preventDefault();
        action();
      },
    };
  }

  return { selected, place, focusRow, select, walked };
}
