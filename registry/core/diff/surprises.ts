import type { Change } from "../gate/change.ts";
import type { Difference } from "./difference.ts";
import type { ComparedRevision } from "./revision.ts";

/**
 * Additions that break nothing and still surprise who has older stubs: a number that their enum
 * does not know, a oneof of which they see no member. A new field, rpc, message or subject surprises
 * nobody, and is none of these.
 */
export function surprises(
  differences: readonly Difference[],
  old: ComparedRevision,
  now: ComparedRevision,
): readonly Change[] {
  return differences.flatMap((difference) => {
    if (difference.change !== "added") return [];
    if (difference.kind === "enum value") return valueAdded(difference, old, now) ?? [];
    if (difference.kind === "field") return memberAdded(difference, old, now) ?? [];
    return [];
  });
}

function valueAdded(
  difference: Difference,
  old: ComparedRevision,
  now: ComparedRevision,
): Change | null {
  const [type, name] = split(difference.element);
  const known = old.registry.getEnum(type);
  const extended = now.registry.getEnum(type);
  const value = extended?.values.find((each) => each.name === name);
  // A second name for a number that was there reads as the first.
  if (known === undefined || value === undefined || known.value[value.number] !== undefined) {
    return null;
  }
  // What a report says of one change must not depend on the baseline that it is compared with.
  const sees = extended?.open
    ? `the unknown number ${value.number}`
    : "the field as if it were not set";
  const message = `Enum "${type}" has the new value "${name}": readers with older stubs see ${sees}.`;
  return change("ENUM_VALUE_ADDED", message, difference);
}

function memberAdded(
  difference: Difference,
  old: ComparedRevision,
  now: ComparedRevision,
): Change | null {
  const [type, name] = split(difference.element);
  const { oneof } = now.registry.getMessage(type)?.fields.find((each) => each.name === name) ?? {};
  const known = old.registry.getMessage(type)?.oneofs.some((each) => each.name === oneof?.name);
  if (oneof === undefined || known !== true) return null;
  const message = `Oneof "${oneof.name}" of message "${type}" has the new member "${name}": readers with older stubs see a oneof that is not set.`;
  return change("ONEOF_MEMBER_ADDED", message, difference);
}

function change(rule: string, message: string, { element, place, after }: Difference): Change {
  return { rule, message, element, place, before: null, after: `${after};` };
}

/** The full name of what an element stands in, and its own. */
function split(element: string): readonly [parent: string, name: string] {
  const dot = element.lastIndexOf(".");
  return [element.slice(0, dot), element.slice(dot + 1)];
}
