import { type Static, Type } from "typebox";
import { tiers } from "../../core/gate/report.ts";
import { type Rule, ruleFamilies } from "../../core/gate/rule.ts";
import type { SubjectUse } from "../../core/usage/usage.ts";
import type { Mutable, SameType } from "./same-type.ts";
import { SubjectUseSchema } from "./usage.ts";

/** A named reason why a change can be refused. */
const OneRule = Type.Object({
  id: Type.String(),
  family: Type.Enum([...ruleFamilies]),
  tier: Type.Enum([...tiers]),
  /** The tier in a file that another module imports, where it is another. */
  tierWhenImported: Type.Optional(Type.Enum([...tiers])),
  /** Who finds it: buf, or Charter's own comparison of bindings. */
  source: Type.Enum(["buf", "charter"]),
  /** What the rule checks. */
  summary: Type.String(),
  /** Why it matters to users of TypeScript on NATS. */
  why: Type.String(),
  /**
   * Files by their paths before and after a change that it finds, and in a release before that where
   * it matters, and what a consumer uses; null where there is none.
   */
  example: Type.Union([
    Type.Object({
      earlier: Type.Optional(Type.Record(Type.String(), Type.String())),
      before: Type.Record(Type.String(), Type.String()),
      after: Type.Record(Type.String(), Type.String()),
      use: Type.Optional(Type.Unsafe<Mutable<SubjectUse>>(SubjectUseSchema)),
      also: Type.Optional(Type.Array(Type.String())),
    }),
    Type.Null(),
  ]),
  /** What to do about a finding. */
  remedy: Type.String(),
});

true satisfies SameType<Static<typeof OneRule>, Mutable<Rule>>;

/** The wire form of core's Rule. */
export const RuleSchema = Type.Unsafe<Rule>(OneRule);

export const RuleListSchema = Type.Object({ rules: Type.Array(RuleSchema) });
