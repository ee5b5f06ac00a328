/**
 * The words of a code with its own name first and its parents behind it: in a narrow field the name is what must be read.
 */
export function leafFirst(path: string): string {
  const parents = path.split(" / ");
  const own = parents.pop() ?? "";
  return parents.length > 0 ? `${own}（${parents.join(" / ")}）` : own;
}
