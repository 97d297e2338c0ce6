import type { Duration, Timestamp } from "@bufbuild/protobuf/wkt";
import {
  type DurationRules,
  DurationRulesSchema,
  type TimestampRules,
  TimestampRulesSchema,
} from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import { type Check, every, namesOf, UnknownRule } from "./check.ts";
import { between } from "./range.ts";

type Moment = Duration | Timestamp;

/** Durations that keep their rules. Throws `UnknownRule`. */
export function durationCheck(rules: DurationRules): Check<Moment> | null {
  return every(namesOf(rules, DurationRulesSchema).map((name) => momentRule(rules, name)));
}

/** Timestamps that keep their rules. Throws `UnknownRule`, also for rules about the present. */
export function timestampCheck(rules: TimestampRules): Check<Moment> | null {
  return every(namesOf(rules, TimestampRulesSchema).map((name) => momentRule(rules, name)));
}

function momentRule(rules: DurationRules | TimestampRules, name: string): Check<Moment> | null {
  switch (name) {
    case "const":
      return isListed(rules.const === undefined ? [] : [rules.const]);
    case "in":
      return isListed("in" in rules ? rules.in : []);
    case "notIn": {
      const barred = "notIn" in rules ? rules.notIn : [];
      return (moment) => !barred.some((each) => order(moment, each) === 0);
    }
    case "lt":
    case "lte":
      // A range is one rule, which is made at its lower end.
      return rules.greaterThan.case === undefined ? range(rules) : null;
    case "gt":
    case "gte":
      return range(rules);
    case "example":
      return null;
    default:
      throw new UnknownRule();
  }
}

/** protovalidate compares as messages, with fields that are unknown. */
function isListed(listed: readonly Moment[]): Check<Moment> {
  return (moment) =>
    moment.$unknown === undefined && listed.some((each) => order(moment, each) === 0);
}

function range(rules: DurationRules | TimestampRules): Check<Moment> | null {
  const { value: from, case: lower } = rules.greaterThan;
  const { value: to, case: upper } = rules.lessThan;
  if (typeof from === "boolean" || typeof to === "boolean") throw new UnknownRule();
  return between(
    from === undefined
      ? null
      : lower === "gt"
        ? (moment) => order(moment, from) > 0
        : (moment) => order(moment, from) >= 0,
    to === undefined
      ? null
      : upper === "lt"
        ? (moment) => order(moment, to) < 0
        : (moment) => order(moment, to) <= 0,
    from !== undefined && to !== undefined && order(to, from) < 0,
  );
}

/** As protovalidate does it: by the numbers as they stand, normal or not. */
function order(a: Moment, b: Moment): number {
  if (a.seconds === b.seconds) return a.nanos - b.nanos;
  return a.seconds < b.seconds ? -1 : 1;
}
