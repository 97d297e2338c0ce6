import type { DescField } from "@bufbuild/protobuf";
import { Ignore } from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import type { RuleTarget } from "../samples/breaking/targets.ts";
import { type Rules, rulesOfField, rulesWithin } from "../samples/values/rules.ts";

const ranges = ["gt", "gte", "lt", "lte"];
const parts = ["items", "keys", "values"] as const;

/**
 * The rules of a field that the accepting side does not have in the same form: only these can refuse
 * what that side accepts. Bounds count together, because one below the other means "outside of".
 */
export function changedTargets(
  accepting: DescField,
  refusing: DescField,
): (target: RuleTarget) => boolean {
  const [there, here] = [rulesOfField(accepting), rulesOfField(refusing)];
  const own = changedNames(there, here);
  const within = new Set(
    parts.flatMap((part) => [...changedNames(rulesWithin(there, part), rulesWithin(here, part))]),
  );
  return ({ path, rule }) => (path.endsWith("[]") ? within : own).has(rule);
}

/** Rules that only set bounds: two forms differ at a bound of one of them, or nowhere. */
const bounds = new Set(
  "gt gte lt lte len min_len max_len len_bytes min_bytes max_bytes min_items max_items min_pairs max_pairs unique items keys values".split(
    " ",
  ),
);

/** Whether all rules of both forms of a field set bounds, so that nothing but these must be tried. */
export function haveOnlyBounds(one: DescField, other: DescField): boolean {
  if (one.fieldKind !== other.fieldKind || one.presence !== other.presence) return false;
  return [one, other]
    .map(rulesOfField)
    .every((rules) =>
      [rules, ...parts.map((part) => rulesWithin(rules, part))].every(
        (each) =>
          each.ignore === Ignore.UNSPECIFIED &&
          each.cel.length + each.predefined.length === 0 &&
          [...each.values.keys()].every((name) => bounds.has(name)),
      ),
    );
}

function changedNames(there: Rules, here: Rules): ReadonlySet<string> {
  // Predefined rules are known by their numbers only.
  if (there.ignore !== here.ignore || here.predefined.length > 0) return everyName;
  const names = new Set(there.required === here.required ? [] : ["required"]);
  for (const [name, value] of here.values) {
    if (textOf(there.values.get(name)) !== textOf(value)) names.add(name);
  }
  const isRange = ranges.some(
    (name) => textOf(there.values.get(name)) !== textOf(here.values.get(name)),
  );
  if (isRange) for (const name of ranges) names.add(name);
  const known = new Set(there.cel.map((each) => each.expression));
  return new Set([
    ...[...names].map((name) => (name === "required" ? name : `${here.kind}.${name}`)),
    ...here.cel.filter((each) => !known.has(each.expression)).map((each) => each.id),
  ]);
}

/** Contains every name. */
const everyName: ReadonlySet<string> = Object.assign(new Set<string>(), { has: () => true });

/** Equal for equal values of a rule: numbers of 64 bits, bytes and messages among them. */
function textOf(value: unknown): string {
  return (
    JSON.stringify(value, (_key, each) => {
      if (typeof each === "bigint") return `${each}n`;
      return each instanceof Uint8Array ? each.join() : each;
    }) ?? ""
  );
}
