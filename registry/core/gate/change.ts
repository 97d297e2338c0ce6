import type { CounterExample, FindingPlace } from "./report.ts";

/** One difference between two revisions, as buf or Charter's comparison found it. */
export interface Change {
  readonly rule: string;
  readonly message: string;
  /** The full name of what changed; a file's path where the whole file did. */
  readonly element: string;
  readonly place: FindingPlace;
  readonly before: string | null;
  readonly after: string | null;
  /** What to write to take it back, or to make the best of it; null where no text would do. */
  readonly fix?: string | null;
  /** A message on which the two revisions disagree; only where messages were tried. */
  readonly counterExample?: CounterExample;
  /** The change of another rule that this is a consequence of, as `sameChange` names it. */
  readonly partOf?: string;
}

/**
 * Equal for what is one change of one element, whatever the rule or the baseline that shows it: a
 * deleted field is one change under three rules.
 */
export function sameChange(change: Change): string {
  return change.partOf ?? `${familyOf(change)} ${change.element}`;
}

/**
 * What several rules say of one change of an element. The other rules say one thing each, and may
 * say it of two things of an element: two reserved ranges, the age and the size of a stream.
 */
function familyOf({ rule, message, before, after }: Change): string {
  if (/^(?:BINDING|RESERVED|EXTENSION_MESSAGE)_/.test(rule)) return `${rule} ${message}`;
  if (rule.includes("_NO_DELETE")) return "deleted";
  if (/_SAME_(?:JSON_)?NAME$/.test(rule)) return "renamed";
  // What is another type often is another cardinality, and harms messages for both.
  if (/^FIELD_.*(?:(?:SAME|COMPATIBLE)_TYPE|CARDINALITY|ONEOF)$/.test(rule)) return "written";
  if (rule === "MESSAGE_PASSES_UNHARMED") {
    return before === null ? "let in" : after === null ? "deleted" : "written";
  }
  // A new enum value that readers refuse surprises them as well.
  if (rule === "VALIDATION_NO_LOOSEN" || rule === "ENUM_VALUE_ADDED") return "let in";
  return `${rule} ${message}`;
}
