import { ScalarType } from "@bufbuild/protobuf";
import fc from "fast-check";
import { type Interval, wholeArbitrary } from "./ordered.ts";
import { listOf, type Rules } from "./rules.ts";
import { filtered, Unsatisfiable } from "./unsatisfiable.ts";

const int32: Interval = { low: -(2n ** 31n), high: 2n ** 31n - 1n };
const uint32: Interval = { low: 0n, high: 2n ** 32n - 1n };
const int64: Interval = { low: -(2n ** 63n), high: 2n ** 63n - 1n };
const uint64: Interval = { low: 0n, high: 2n ** 64n - 1n };

const integers = new Map<ScalarType, { readonly range: Interval; readonly bits: 32 | 64 }>([
  [ScalarType.INT32, { range: int32, bits: 32 }],
  [ScalarType.SINT32, { range: int32, bits: 32 }],
  [ScalarType.SFIXED32, { range: int32, bits: 32 }],
  [ScalarType.UINT32, { range: uint32, bits: 32 }],
  [ScalarType.FIXED32, { range: uint32, bits: 32 }],
  [ScalarType.INT64, { range: int64, bits: 64 }],
  [ScalarType.SINT64, { range: int64, bits: 64 }],
  [ScalarType.SFIXED64, { range: int64, bits: 64 }],
  [ScalarType.UINT64, { range: uint64, bits: 64 }],
  [ScalarType.FIXED64, { range: uint64, bits: 64 }],
]);

/** The values that an integer type can hold, or null for another type. */
export function rangeOf(type: ScalarType): Interval | null {
  return integers.get(type)?.range ?? null;
}

/** A whole number as reflection wants it: bigint for 64 bits, number for 32. */
export function asScalar(type: ScalarType, value: bigint): number | bigint {
  return integers.get(type)?.bits === 64 ? value : Number(value);
}

export function toBigInt(value: unknown): bigint {
  return BigInt(value as number | bigint);
}

export function integerArbitrary(type: ScalarType, rules: Rules): fc.Arbitrary<number | bigint> {
  const kind = integers.get(type);
  if (kind === undefined) throw new TypeError(`${ScalarType[type]} is no integer type`);
  return wholeArbitrary(rules, kind.range, toBigInt).map((value) => asScalar(type, value));
}

/** Floats that keep `const`, `in`, `not_in`, `finite` and the range rules. */
export function floatArbitrary(
  type: ScalarType.FLOAT | ScalarType.DOUBLE,
  rules: Rules,
): fc.Arbitrary<number> {
  const values = rules.values;
  const bound = (name: string) => values.get(name) as number | undefined;
  const constant = bound("const");
  const listed = constant === undefined ? listOf<number>(rules, "in") : [constant];
  const low = bound("gte") ?? bound("gt");
  const high = bound("lte") ?? bound("lt");
  const keeps = (value: number) => keepsFloatRules(rules, value);
  if (listed.length > 0) {
    const choices = listed.filter(keeps);
    if (choices.length === 0) throw new Unsatisfiable("no listed value keeps its other rules");
    return fc.constantFrom(...choices);
  }
  const make = type === ScalarType.FLOAT ? fc.float : fc.double;
  const common = {
    noNaN: low !== undefined || high !== undefined || values.has("finite"),
    noDefaultInfinity: values.has("finite"),
  };
  const above = low === undefined ? {} : { min: low, minExcluded: values.has("gt") };
  const below = high === undefined ? {} : { max: high, maxExcluded: values.has("lt") };
  const crossed = low !== undefined && high !== undefined && high < low;
  const parts = crossed ? [above, below] : [{ ...above, ...below }];
  try {
    return filtered(
      fc.oneof(...parts.map((part) => make({ ...common, ...part }))),
      keeps,
      "its rules",
    );
  } catch (error) {
    if (error instanceof Unsatisfiable) throw error;
    throw new Unsatisfiable(`its range is empty (${String(error)})`);
  }
}

/** Whether a float keeps the rules that are no range alone. */
function keepsFloatRules(rules: Rules, value: number): boolean {
  if (listOf<number>(rules, "not_in").includes(value)) return false;
  if (rules.values.has("finite") && !Number.isFinite(value)) return false;
  const at = (name: string) => rules.values.get(name) as number | undefined;
  const lower = at("gte") ?? at("gt");
  const upper = at("lte") ?? at("lt");
  const isAbove = lower === undefined || (rules.values.has("gt") ? value > lower : value >= lower);
  const isBelow = upper === undefined || (rules.values.has("lt") ? value < upper : value <= upper);
  if (lower !== undefined && upper !== undefined && upper < lower) return isAbove || isBelow;
  return isAbove && isBelow;
}
