import { nearestWords } from "../nearest-words.ts";
import { fitsModule } from "./module-glob.ts";
import type { Policy, PolicyRule } from "./policy.ts";

/**
 * What in a policy is probably not meant, each with its place in front.
 *
 * @param modules the registered ones; while there is none, names are not compared with them
 */
export function policyWarnings(policy: Policy, modules: readonly string[]): readonly string[] {
  return [...unknownNames(policy, modules), ...policy.rules.flatMap(ruleWarnings)];
}

function unknownNames(policy: Policy, modules: readonly string[]): readonly string[] {
  if (modules.length === 0) return [];
  const globs = [
    ...policy.rules.map((rule, i) => ({ where: `rules[${i}].modules`, glob: rule.modules })),
    ...Object.keys(policy.owners).map((glob) => ({ where: "owners", glob })),
  ];
  const owners = [...new Set(modules.map((module) => module.split("/")[0] ?? ""))];
  return [
    ...globs
      .filter(({ glob }) => !modules.some((module) => fitsModule(glob, module)))
      .map(({ where, glob }) => {
        const nearest = nearestWords(glob, modules).join(", ");
        return `${where}: "${glob}" fits no registered module; the nearest are ${nearest}`;
      }),
    ...Object.keys(policy.subjects)
      .filter((owner) => owner !== "*" && !owners.includes(owner))
      .map((owner) => {
        const nearest = nearestWords(owner, owners).join(", ");
        return `subjects: "${owner}" owns no registered module; the nearest are ${nearest}`;
      }),
  ];
}

function ruleWarnings(rule: PolicyRule, i: number, all: readonly PolicyRule[]): readonly string[] {
  const warnings: string[] = [];
  const before = all.slice(0, i).findIndex((earlier) => covers(earlier, rule));
  if (before >= 0) {
    warnings.push(`rules[${i}]: it is never reached, since rules[${before}] fits all that it fits`);
  }
  const tiers = ["wire", "json", "source"] as const;
  const mildest = tiers.findLastIndex((tier) => rule.block.includes(tier));
  const open = tiers.slice(0, Math.max(mildest, 0)).filter((tier) => !rule.block.includes(tier));
  if (open.length > 0) {
    warnings.push(
      `rules[${i}].block: it has ${tiers[mildest]} and not ${open.join(" and ")}, which breaks more`,
    );
  }
  return warnings;
}

/** Whether whatever a rule fits, an earlier one fits too. The glob's `*` is no letter of a name. */
function covers(earlier: PolicyRule, later: PolicyRule): boolean {
  if (!fitsModule(earlier.modules, later.modules)) return false;
  if (earlier.stability === undefined) return true;
  return later.stability?.every((each) => earlier.stability?.includes(each)) ?? false;
}
