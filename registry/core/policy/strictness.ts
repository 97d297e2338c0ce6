import type { Tier } from "../gate/report.ts";
import type { Rule } from "../gate/rule.ts";
import { packageVersion } from "../revision/package-version.ts";
import { fitsModule } from "./module-glob.ts";
import { defaultPolicy, type Policy, type PolicyRule } from "./policy.ts";

/**
 * Whether a finding of a rule refuses.
 *
 * @param tier the finding's, which can be worse than the rule's
 * @param protoPackage where the change is; null where it has none, which counts as stable
 */
export type Strictness = (
  rule: Pick<Rule, "id" | "family">,
  tier: Tier,
  protoPackage: string | null,
) => boolean;

/** How strictly a policy has the gate judge a module. */
export function strictnessOf(policy: Policy, module: string): Strictness {
  const fitting = [...policy.rules, ...defaultPolicy.rules].filter((each) =>
    fitsModule(each.modules, module),
  );
  return (rule, tier, protoPackage) => {
    const stability = protoPackage === null ? "stable" : packageVersion(protoPackage).stability;
    const first = fitting.find(({ stability: only }) => only?.includes(stability) ?? true);
    if (first === undefined) throw new Error("the built-in policy fits every module and package");
    return refuses(first, rule, tier);
  };
}

function refuses(
  { block, allow, refuse }: PolicyRule,
  rule: Pick<Rule, "id" | "family">,
  tier: Tier,
): boolean {
  if (allow?.includes(rule.id)) return false;
  if (refuse?.includes(rule.id)) return true;
  // How strict a policy is says what may break by itself, and not that a known consumer may.
  if (rule.family === "consumer") return true;
  const word = rule.family === "schema" ? tier : rule.family;
  return block.some((each) => each === word);
}
