import { type BindingResult, type LawResult, type ModuleResult, worstOf } from "../report.ts";
import type { KnownFailing } from "../settings.ts";

/**
 * Says of laws that are known to be broken that they are. An entry is stale once its last day is over,
 * or when nothing that it speaks of fails any more: then it says so on the first that passed.
 *
 * @param today as `2027-01-31`
 */
export function withKnownFailing(
  modules: readonly ModuleResult[],
  entries: readonly KnownFailing[],
  today: string,
): readonly ModuleResult[] {
  return entries.reduce((all, entry) => withEntry(all, entry, today), modules);
}

/** The same of what the whole account shows, which entries with the subject `*` speak of. */
export function accountWithKnownFailing(
  account: readonly LawResult[],
  entries: readonly KnownFailing[],
  today: string,
): readonly LawResult[] {
  const ofAccount = entries.filter(({ subject }) => subject === "*");
  return account.map((result) => {
    const named = ofAccount.find(({ law }) => law === result.law);
    const entry = named ?? ofAccount.find(({ law }) => law === "*");
    if (entry !== undefined && isFailing(result)) return failed(result, entry, today);
    return named !== undefined && result.verdict === "pass"
      ? stale(result, named, "it passed")
      : result;
  });
}

function withEntry(
  modules: readonly ModuleResult[],
  entry: KnownFailing,
  today: string,
): readonly ModuleResult[] {
  const bindings = modules.flatMap((module) => module.bindings);
  const matched = bindings.flatMap((binding) =>
    binding.laws.filter((law) => matches(entry, binding, law)),
  );
  const failing = new Set(matched.filter(isFailing));
  const passed = matched.find((law) => law.verdict === "pass");
  const change = (law: LawResult): LawResult => {
    if (failing.has(law)) return failed(law, entry, today);
    return failing.size === 0 && law === passed ? stale(law, entry, "it passed") : law;
  };
  return modules.map((module) => ({
    ...module,
    bindings: module.bindings.map((binding) => changed(binding, change)),
  }));
}

function matches({ law, subject }: KnownFailing, binding: BindingResult, result: LawResult) {
  return (law === "*" || law === result.law) && (subject === "*" || subject === binding.pattern);
}

function isFailing({ verdict }: LawResult): boolean {
  return verdict === "fail" || verdict === "flaky";
}

function changed(binding: BindingResult, change: (law: LawResult) => LawResult): BindingResult {
  const laws = binding.laws.map(change);
  const isSame = laws.every((law, i) => law === binding.laws[i]);
  return isSame
    ? binding
    : { ...binding, laws, verdict: worstOf(laws.map((each) => each.verdict)) };
}

function failed(law: LawResult, entry: KnownFailing, today: string): LawResult {
  const { issue, until } = entry;
  // Days in this form are in order as texts.
  if (until < today) return stale(law, entry, `its last day was ${until}`);
  return { ...law, verdict: "known-failing", reason: `known until ${until}: ${issue}` };
}

function stale(law: LawResult, { issue, place }: KnownFailing, why: string): LawResult {
  const at = place === undefined ? "a contract file" : `${place.file}:${place.line}`;
  const reason = `${at} says that it is known to fail (${issue}), and ${why}; take the entry out`;
  return { ...law, verdict: "stale-known-failing", reason };
}
