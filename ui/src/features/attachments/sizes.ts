/** Sizes as people say them. */
export function sizeText(bytes: number): string {
  if (bytes < 1024 * 1024) return `${Math.max(1, Math.round(bytes / 1024))} KB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

/** The largest file the desk takes; it says so itself, but a file of gigabytes must not be read before. */
export const MOST_BYTES = 50 * 1024 * 1024;
