import type { DescMessage, Message } from "@bufbuild/protobuf";
import { type Check, every, namesOf, UnknownRule } from "./check.ts";
import { between } from "./range.ts";

/** What the rules of all kinds of numbers have in common; 64-bit integers are bigints. */
export interface NumberRules<T extends number | bigint> extends Message {
  readonly const?: T;
  readonly lessThan: Bound<"lt" | "lte", T>;
  readonly greaterThan: Bound<"gt" | "gte", T>;
  readonly in: readonly T[];
  readonly notIn: readonly T[];
  /** Of floating point numbers only. */
  readonly finite?: boolean;
}

type Bound<Name, T> =
  | { readonly case: Name; readonly value: T }
  | { readonly case: undefined; readonly value?: undefined };

/** Numbers that keep the rules of their kind. Throws `UnknownRule`. */
export function numberCheck<T extends number | bigint>(
  rules: NumberRules<T>,
  schema: DescMessage,
): Check<T> | null {
  return every(namesOf(rules, schema).map((name) => numberRule(rules, name)));
}

function numberRule<T extends number | bigint>(
  rules: NumberRules<T>,
  name: string,
): Check<T> | null {
  switch (name) {
    case "const": {
      const wanted = rules.const;
      return (value) => value === wanted;
    }
    case "lt":
    case "lte":
      // A range is one rule, which is made at its lower end.
      return rules.greaterThan.case === undefined ? range(rules) : null;
    case "gt":
    case "gte":
      return range(rules);
    // `includes` would find NaN, which equals nothing.
    case "in": {
      const listed = rules.in;
      return (value) => listed.indexOf(value) !== -1;
    }
    case "notIn": {
      const barred = rules.notIn;
      return (value) => barred.indexOf(value) === -1;
    }
    case "finite":
      return rules.finite === true ? Number.isFinite : null;
    case "example":
      return null;
    default:
      throw new UnknownRule();
  }
}

/** NaN is in no range. */
function range<T extends number | bigint>(rules: NumberRules<T>): Check<T> | null {
  const { value: from, case: lower } = rules.greaterThan;
  const { value: to, case: upper } = rules.lessThan;
  if (Number.isNaN(from) || Number.isNaN(to)) throw new UnknownRule();
  const isInverted = from !== undefined && to !== undefined && to < from;
  if (lower === "gte" && upper === "lte" && !isInverted) {
    return (value) => value >= from && value <= to;
  }
  return between(
    from === undefined ? null : lower === "gt" ? (value) => value > from : (value) => value >= from,
    to === undefined ? null : upper === "lt" ? (value) => value < to : (value) => value <= to,
    isInverted,
  );
}
