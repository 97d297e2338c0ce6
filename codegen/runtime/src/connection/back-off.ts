/**
 * How long to wait before the next attempt, in milliseconds: `firstMs`, doubled with each, at most
 * `longestMs`. A random half of it is left out, so that those who failed together part.
 *
 * @param failures how many attempts have failed, counted from 1
 */
export function backOff(failures: number, firstMs: number, longestMs: number): number {
  const longest = Math.min(longestMs, firstMs * 2 ** (failures - 1));
  return longest * (0.5 + Math.random() / 2);
}
