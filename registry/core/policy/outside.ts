import { parseModuleName } from "../module-name.ts";
import { grammarProblem } from "../subject/grammar.ts";
import { grammarOf } from "../subject/owner-grammar.ts";
import { parsePattern } from "../subject/pattern.ts";
import type { Policy } from "./policy.ts";

/** A subject that a head binds. */
export interface HeadSubject {
  readonly module: string;
  readonly semver: string;
  readonly protoPackage: string;
  readonly pattern: string;
}

/** A head whose subjects a policy would not take any more. They stay as they are. */
export interface OutsideHead {
  readonly module: string;
  readonly semver: string;
  readonly subjects: readonly { readonly pattern: string; readonly reason: string }[];
}

/** The heads that are outside of the grammars of a policy, by their modules' names. */
export function headsOutside(
  policy: Policy,
  subjects: readonly HeadSubject[],
): readonly OutsideHead[] {
  const heads = new Map<string, { semver: string; subjects: OutsideHead["subjects"][number][] }>();
  for (const { module, semver, protoPackage, pattern } of subjects) {
    const parsed = parsePattern(pattern);
    const grammar = grammarOf(policy.subjects, parseModuleName(module)?.owner ?? "");
    const reason = parsed.ok
      ? grammarProblem(parsed.pattern, protoPackage, grammar)
      : parsed.reason;
    if (reason === null) continue;
    const head = heads.get(module) ?? { semver, subjects: [] };
    heads.set(module, head);
    head.subjects.push({ pattern, reason });
  }
  return [...heads]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([module, head]) => ({ module, ...head }));
}
