import { type Static, Type } from "typebox";
import { tiers } from "../../core/gate/report.ts";
import { ruleFamilies } from "../../core/gate/rule.ts";

/** A named reason why a change can be refused. */
export const RuleSchema = Type.Object({
  id: Type.String(),
  family: Type.Enum([...ruleFamilies]),
  tier: Type.Enum([...tiers]),
  /** Who finds it: buf, or Charter's own comparison of bindings. */
  source: Type.Enum(["buf", "charter"]),
  /** What the rule checks. */
  summary: Type.String(),
  /** What to do about a finding. */
  remedy: Type.String(),
});
export type Rule = Static<typeof RuleSchema>;

export const RuleListSchema = Type.Object({ rules: Type.Array(RuleSchema) });
