import { rules } from "../gate/rules.ts";
import { parseModuleName } from "../module-name.ts";
import { nearestWords } from "../nearest-words.ts";
import { parseTemplate } from "../subject/template.ts";
import { isModuleGlob } from "./module-glob.ts";
import type { Policy, PolicyRule, SubjectNaming } from "./policy.ts";

/**
 * Why a policy of the right shape cannot be set, each with its place in front:
 * `rules[0].allow: there is no rule "FIELD_NO_DELET"; the nearest is FIELD_NO_DELETE`.
 */
export function policyProblems(policy: Policy): readonly string[] {
  return [
    ...policy.rules.flatMap((rule, i) =>
      ruleProblems(rule).map(([where, reason]) => `rules[${i}].${where}: ${reason}`),
    ),
    ...Object.entries(policy.subjects).flatMap(([owner, naming]) =>
      namingProblems(owner, naming).map(
        ([where, reason]) => `subjects.${owner}${where}: ${reason}`,
      ),
    ),
    ...sharedRoots(policy.subjects),
    ...Object.keys(policy.owners)
      .filter((glob) => !isModuleGlob(glob))
      .map((glob) => `owners: ${globProblem(glob)}`),
  ];
}

type Problem = readonly [where: string, reason: string];

function globProblem(glob: string): string {
  return `"${glob}" fits no module; expected *, acme/*, */orders or acme/orders, with at most one * in each part`;
}

function ruleProblems({ modules, allow = [], refuse = [] }: PolicyRule): readonly Problem[] {
  const problems: Problem[] = isModuleGlob(modules) ? [] : [["modules", globProblem(modules)]];
  for (const [where, ids] of [
    ["allow", allow],
    ["refuse", refuse],
  ] as const) {
    for (const id of ids) {
      if (rules.has(id)) continue;
      const nearest = nearestWords(id.toUpperCase(), rules.keys()).join(", ");
      problems.push([where, `there is no rule "${id}"; the nearest are ${nearest}`]);
    }
  }
  for (const id of allow) {
    if (refuse.includes(id)) problems.push(["allow", `"${id}" is in refuse too; keep one of them`]);
  }
  return problems;
}

function namingProblems(owner: string, naming: SubjectNaming): readonly Problem[] {
  const problems: Problem[] = [];
  const isOwner = owner === "*" || parseModuleName(`${owner}/x`) !== null;
  if (!isOwner) {
    problems.push(["", "it is no owner; expected the first part of module names, or *"]);
  }
  if (owner === "*" && naming.roots !== undefined) {
    const remedy = 'name an owner, or write the token into the grammars, as in "svc.<domain>"';
    problems.push([".roots", `a root belongs to one owner; ${remedy}`]);
  }
  for (const root of naming.roots ?? []) {
    if (!isRoot(root)) {
      const expected = "lower-case words with a dot between, such as ai or eu.acme";
      problems.push([".roots", `"${root}" is no root; expected ${expected}`]);
    }
  }
  for (const grammar of naming.grammars ?? []) {
    const result = parseTemplate(grammar);
    if (!result.ok) {
      problems.push([".grammars", `"${grammar}" cannot be read: ${result.reason}`]);
    }
  }
  return problems;
}

function isRoot(text: string): boolean {
  return /^[a-z][a-z0-9_-]*(?:\.[a-z][a-z0-9_-]*)*$/.test(text);
}

/** Roots of two owners that begin alike: a subject would belong to both. */
function sharedRoots(subjects: Policy["subjects"]): readonly string[] {
  const all = Object.entries(subjects).flatMap(([owner, { roots = [] }]) =>
    roots.map((root) => ({ owner, root })),
  );
  return all.flatMap((one, i) =>
    all
      .slice(i + 1)
      .filter((other) => other.owner !== one.owner && beginAlike(one.root, other.root))
      .map(
        (other) =>
          `subjects.${other.owner}.roots: "${other.root}" and "${one.root}" of ${one.owner} begin alike, and a root belongs to one owner`,
      ),
  );
}

function beginAlike(a: string, b: string): boolean {
  return `${a}.`.startsWith(`${b}.`) || `${b}.`.startsWith(`${a}.`);
}
