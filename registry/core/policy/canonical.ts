import { defaultPolicy, type Policy, type PolicyRule, type SubjectNaming } from "./policy.ts";

/** The same policy with its keys in one order, so that equal policies are equal texts. */
export function canonicalPolicy({ rules, subjects, owners }: Policy): Policy {
  const byOwner = Object.entries(subjects).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    rules: rules.map(canonicalRule),
    subjects: Object.fromEntries(byOwner.map(([owner, each]) => [owner, canonicalNaming(each)])),
    // Their order says which one decides.
    owners,
  };
}

/** Whether two policies say the same. */
export function isSamePolicy(a: Policy, b: Policy): boolean {
  return JSON.stringify(canonicalPolicy(a)) === JSON.stringify(canonicalPolicy(b));
}

/** The same policy with what it leaves to the built-in one. */
export function wholePolicy({ rules, subjects, owners }: Policy): Policy {
  const isWhole = rules.some(
    ({ modules, stability }) => modules === "*" && stability === undefined,
  );
  const others = { ...defaultPolicy.subjects["*"], ...subjects["*"] };
  return {
    rules: isWhole ? rules : [...rules, ...defaultPolicy.rules],
    subjects: { ...subjects, "*": others },
    owners,
  };
}

function canonicalRule({ modules, stability, block, allow, refuse }: PolicyRule): PolicyRule {
  return {
    modules,
    ...(stability === undefined ? {} : { stability }),
    block,
    ...(allow === undefined ? {} : { allow }),
    ...(refuse === undefined ? {} : { refuse }),
  };
}

function canonicalNaming({ grammars, roots, unversioned }: SubjectNaming): SubjectNaming {
  return {
    ...(grammars === undefined ? {} : { grammars }),
    ...(roots === undefined ? {} : { roots }),
    ...(unversioned === undefined ? {} : { unversioned }),
  };
}
