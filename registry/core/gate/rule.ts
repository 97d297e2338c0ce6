import type { RuleExample } from "./examples/example.ts";
import type { Tier } from "./report.ts";

/**
 * What a rule is about: the schema itself, the subject and policies of a binding, the messages that
 * validation lets through or another release hands on, versions and retirement,
 * what consumers use, or an addition that can surprise.
 */
export const ruleFamilies = [
  "schema",
  "binding",
  "behaviour",
  "version",
  "consumer",
  "addition",
] as const;
export type RuleFamily = (typeof ruleFamilies)[number];

/** A named reason why a change can be refused. */
export interface Rule {
  readonly id: string;
  readonly family: RuleFamily;
  readonly tier: Tier;
  /** The tier when another module imports the file; only for moves that a barrel hides. */
  readonly tierWhenImported?: Tier;
  /** Who finds it: buf, or Charter's own comparison. */
  readonly source: "buf" | "charter";
  readonly summary: string;
  /** Why it matters to users of TypeScript on NATS. */
  readonly why: string;
  /** Null where nobody has written one. */
  readonly example: RuleExample | null;
  readonly remedy: string;
}
