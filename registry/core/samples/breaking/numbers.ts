import { ScalarType } from "@bufbuild/protobuf";
import { asScalar, rangeOf, toBigInt } from "../values/numbers.ts";
import { boundsCross, type Interval, type ToWhole } from "../values/ordered.ts";
import { listOf, type Rules } from "../values/rules.ts";

/**
 * Whole numbers that break one rule of a range or a list. None when every value of the type keeps
 * the rule, such as `gte: 0` of an unsigned type.
 */
export function brokenWholes(
  rules: Rules,
  rule: string,
  all: Interval,
  toWhole: ToWhole,
): readonly bigint[] {
  const inType = (value: bigint) => value >= all.low && value <= all.high;
  if (rule === "not_in") return listOf(rules, rule).map(toWhole).filter(inType);
  if (rule === "in" || rule === "const") {
    const listed = (rule === "in" ? listOf(rules, "in") : [rules.values.get("const")]).map(toWhole);
    const around = listed.flatMap((value) => [value + 1n, value - 1n]);
    return [...around, 0n, all.low, all.high].filter(
      (value) => inType(value) && !listed.includes(value),
    );
  }
  const bound = toWhole(rules.values.get(rule));
  if (boundsCross(rules, toWhole)) {
    return [bound, bound + 1n, bound - 1n].filter(inType);
  }
  const isBroken: Record<string, (value: bigint) => boolean> = {
    gt: (value) => value <= bound,
    gte: (value) => value < bound,
    lt: (value) => value >= bound,
    lte: (value) => value > bound,
  };
  return [bound, bound - 1n, bound + 1n, all.low, all.high].filter(
    (value) => inType(value) && isBroken[rule]?.(value) === true,
  );
}

export function brokenIntegers(
  type: ScalarType,
  rules: Rules,
  rule: string,
): readonly (number | bigint)[] {
  const all = rangeOf(type);
  if (all === null) throw new TypeError(`${ScalarType[type]} is no integer type`);
  return brokenWholes(rules, rule, all, toBigInt).map((value) => asScalar(type, value));
}

/** Floats that break one rule of a range or a list. */
export function brokenFloats(rules: Rules, rule: string): readonly number[] {
  if (rule === "finite") return [Number.POSITIVE_INFINITY, Number.NaN];
  if (rule === "not_in") return listOf<number>(rules, rule);
  const values = rule === "in" ? listOf<number>(rules, "in") : [rules.values.get(rule) as number];
  return values.flatMap((value) => [
    value,
    value - 1,
    value + 1,
    value - Math.abs(value) * 0.001,
    value + Math.abs(value) * 0.001,
    value / 2,
    value * 2,
    0,
    rule.startsWith("g") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY,
  ]);
}
