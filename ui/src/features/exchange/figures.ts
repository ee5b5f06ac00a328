/** Sizes and times in words. */

export function size(bytes: number): string {
  if (bytes < 1024) return `${bytes} 字节`;
  if (bytes < 1024 * 1024) return `${Math.round(bytes / 1024)} KB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

export function duration(seconds: number): string {
  if (seconds <= 5) return "几秒钟";
  if (seconds < 60) return `约 ${Math.ceil(seconds / 5) * 5} 秒`;
  return `约 ${Math.ceil(seconds / 60)} 分钟`;
}
