import { join } from "node:path";
import { cruise, type ICruiseResult } from "dependency-cruiser";
import extractDepcruiseOptions from "dependency-cruiser/config-utl/extract-depcruise-options";

/** An import that a rule of `ci/dependency-rules.cjs` forbids. */
export interface Breach {
  readonly rule: string;
  readonly from: string;
  readonly to: string;
  /** The rule's reason, in words. */
  readonly reason: string;
}

const rulesFile = join(import.meta.dirname, "../dependency-rules.cjs");

/** The names of all rules, and their reasons. */
export async function readRules(): Promise<{ name: string; reason: string }[]> {
  const { ruleSet } = await extractDepcruiseOptions(rulesFile);
  return (ruleSet?.forbidden ?? []).map(({ name, comment }) => ({
    name: name ?? "",
    reason: comment ?? "",
  }));
}

/** The folders with code, and so with imports. */
export const codeFolders = ["registry", "codegen", "contract-tests", "ci"];

/**
 * All forbidden imports of a clone.
 *
 * @param root the folder that the rules' paths are relative to
 */
export async function findBreaches(root: string, folders = codeFolders): Promise<Breach[]> {
  const options = await extractDepcruiseOptions(rulesFile);
  const { output } = await cruise([...folders], { ...options, baseDir: root, validate: true });
  const { violations, totalCruised } = (output as ICruiseResult).summary;
  // A parser that is missing would see no file, and so no breach.
  if (totalCruised === 0) throw new Error(`No code was found in ${folders.join(", ")} of ${root}.`);
  const reasons = new Map((await readRules()).map(({ name, reason }) => [name, reason]));
  return violations.map(({ rule: { name }, from, to }) => ({
    rule: name,
    from,
    to,
    reason: reasons.get(name) ?? "",
  }));
}
