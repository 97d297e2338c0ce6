import fc from "fast-check";
import { listOf, type Rules } from "./rules.ts";
import { Unsatisfiable } from "./unsatisfiable.ts";

/** A closed interval of whole numbers. */
export interface Interval {
  readonly low: bigint;
  readonly high: bigint;
}

/** Reads a rule's value as a whole number: an integer, or nanoseconds of a time or duration. */
export type ToWhole = (value: unknown) => bigint;

/**
 * The intervals that range rules leave of a type's values. An upper bound below the lower one
 * means "outside of", as protovalidate reads it.
 */
export function intervalsOf(rules: Rules, all: Interval, toWhole: ToWhole): Interval[] {
  const at = (name: string, shift: bigint) => {
    const value = rules.values.get(name);
    return value === undefined ? undefined : toWhole(value) + shift;
  };
  const low = at("gte", 0n) ?? at("gt", 1n);
  const high = at("lte", 0n) ?? at("lt", -1n);
  if (low !== undefined && high !== undefined && boundsCross(rules, toWhole)) {
    return [
      { low: all.low, high },
      { low, high: all.high },
    ].filter((each) => each.low <= each.high);
  }
  const one = { low: max(low ?? all.low, all.low), high: min(high ?? all.high, all.high) };
  return one.low <= one.high ? [one] : [];
}

/** Whether the declared upper bound lies below the declared lower one. */
export function boundsCross(rules: Rules, toWhole: ToWhole): boolean {
  const lower = rules.values.get("gte") ?? rules.values.get("gt");
  const upper = rules.values.get("lte") ?? rules.values.get("lt");
  return lower !== undefined && upper !== undefined && toWhole(upper) < toWhole(lower);
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

/** Whole numbers that keep `const`, `in`, `not_in` and the range rules. */
export function wholeArbitrary(
  rules: Rules,
  all: Interval,
  toWhole: ToWhole,
): fc.Arbitrary<bigint> {
  const intervals = intervalsOf(rules, all, toWhole);
  const excluded = new Set(listOf(rules, "not_in").map(toWhole));
  const allowed = (value: bigint) =>
    !excluded.has(value) && intervals.some((each) => each.low <= value && value <= each.high);
  const constant = rules.values.get("const");
  const listed = constant === undefined ? listOf(rules, "in") : [constant];
  if (listed.length > 0) {
    const choices = listed.map(toWhole).filter(allowed);
    if (choices.length === 0) throw new Unsatisfiable("no listed value keeps its other rules");
    return fc.constantFrom(...choices);
  }
  if (intervals.length === 0) throw new Unsatisfiable("its range is empty");
  const spread = fc.oneof(...intervals.map(({ low, high }) => fc.bigInt({ min: low, max: high })));
  const examples = listOf(rules, "example").map(toWhole).filter(allowed);
  const values =
    examples.length === 0
      ? spread
      : fc.oneof({ weight: 4, arbitrary: spread }, fc.constantFrom(...examples));
  if (excluded.size === 0) return values;
  const room = intervals.reduce((sum, { low, high }) => sum + high - low + 1n, 0n);
  if (room <= BigInt(excluded.size) && ![...everyOf(intervals)].some(allowed)) {
    throw new Unsatisfiable("not_in excludes its whole range");
  }
  return values.filter((value) => !excluded.has(value));
}

function* everyOf(intervals: readonly Interval[]): Generator<bigint> {
  for (const { low, high } of intervals) for (let i = low; i <= high; i++) yield i;
}
