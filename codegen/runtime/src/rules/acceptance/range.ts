import type { Check } from "./check.ts";

/**
 * Both ends of a range. protovalidate takes a lower end above the upper one for what lies outside
 * of the two.
 */
export function between<T>(
  lower: Check<T> | null,
  upper: Check<T> | null,
  isInverted: boolean,
): Check<T> | null {
  if (lower === null || upper === null) return lower ?? upper;
  return isInverted
    ? (value) => lower(value) || upper(value)
    : (value) => lower(value) && upper(value);
}
