import type { LawResult } from "../report.ts";
import type { KnownFailing } from "../settings.ts";
import { matchedBy, type TriedLaws } from "./known-failing.ts";

/** What is known of the entries beside the run. */
export interface EntryScope {
  /** As `2027-01-31`. */
  readonly today: string;
  /** Whether the contracts are all that there are: else an entry may speak of another one. */
  readonly isWholeEstate: boolean;
}

/**
 * Entries of contract files that speak of nothing: of no binding, of a law that is not tried there, or
 * of what did not fail when their last day was over. Each is stale.
 */
export function unmatchedEntries(
  tried: TriedLaws,
  entries: readonly KnownFailing[],
  scope: EntryScope,
): readonly LawResult[] {
  return entries.flatMap((entry) => {
    const why = whyUnmatched(tried, entry, scope);
    return why === null ? [] : [stale(entry, why)];
  });
}

function whyUnmatched(
  tried: TriedLaws,
  entry: KnownFailing,
  { today, isWholeEstate }: EntryScope,
): string | null {
  const bindings = tried.modules.flatMap((module) => module.bindings);
  const { subject } = entry;
  if (subject !== "*" && !bindings.some(({ pattern }) => pattern === subject)) {
    return isWholeEstate ? `no contract has the subject ${subject}` : null;
  }
  const matched = matchedBy(entry, tried);
  // Those that failed or passed say so themselves.
  if (matched.some(({ verdict }) => telling.has(verdict))) return null;
  return entry.until < today ? `its last day was ${entry.until}` : null;
}

const telling: ReadonlySet<string> = new Set(["pass", "fail", "flaky"]);

function stale({ law, subject, issue, place }: KnownFailing, why: string): LawResult {
  const at = place === undefined ? "a contract file" : `${place.file}:${place.line}`;
  return {
    law,
    title: `is known to fail on ${subject}`,
    verdict: "stale-known-failing",
    samples: 0,
    minimum: 0,
    durationMs: 0,
    reason: `${at} says that it is known to fail (${issue}), and ${why}; take the entry out`,
    evidence: {},
    failure: null,
  };
}
