/** The names that printers have for papers, as people read them. */

/** `iso_a5_148x210mm` is `A5　148×210毫米`; what is not understood stays as the printer calls it. */
export function mediaName(media: string): string {
  const [, name, width, length, unit] = /^[a-z]+_([^_]+(?:_[^_]+)*)_([\d.]+)x([\d.]+)(mm|in)$/.exec(media) ?? [];
  if (!name) return media;
  return `${name.toUpperCase()}　${width}×${length}${unit === "mm" ? "毫米" : "英寸"}`;
}
