import { type BindingResult, type LawResult, type ModuleResult, worstOf } from "../report.ts";
import type { KnownFailing } from "../settings.ts";

/** What came of the laws of bindings, and of those of the whole account. */
export interface TriedLaws {
  readonly modules: readonly ModuleResult[];
  readonly account: readonly LawResult[];
}

/**
 * Says of laws that are known to be broken that they are. An entry is stale once its last day is over,
 * or when nothing that it speaks of fails any more: then it says so on the first that passed.
 *
 * @param today as `2027-01-31`
 */
export function withKnownFailing(
  tried: TriedLaws,
  entries: readonly KnownFailing[],
  today: string,
): TriedLaws {
  return entries.reduce((all, entry) => withEntry(all, entry, today), tried);
}

/** What an entry speaks of. The account's laws have no subject, so that only `*` means them. */
export function matchedBy(
  { law, subject }: KnownFailing,
  { modules, account }: TriedLaws,
): readonly LawResult[] {
  const bindings = modules.flatMap((module) => module.bindings);
  const ofBindings = bindings.filter(({ pattern }) => subject === "*" || subject === pattern);
  const all = [...ofBindings.flatMap(({ laws }) => laws), ...(subject === "*" ? account : [])];
  return all.filter((result) => law === "*" || law === result.law);
}

function withEntry(tried: TriedLaws, entry: KnownFailing, today: string): TriedLaws {
  const matched = matchedBy(entry, tried);
  const failing = new Set(matched.filter(isFailing));
  const passed = matched.find((law) => law.verdict === "pass");
  const change = (law: LawResult): LawResult => {
    if (failing.has(law)) return failed(law, entry, today);
    return failing.size === 0 && law === passed ? stale(law, entry, "it passed") : law;
  };
  return {
    modules: tried.modules.map((module) => ({
      ...module,
      bindings: module.bindings.map((binding) => changed(binding, change)),
    })),
    account: tried.account.map(change),
  };
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
