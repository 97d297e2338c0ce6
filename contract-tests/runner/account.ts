import { unlessRefused } from "./events/unless-refused.ts";
import type { AccountBench, AccountLaw } from "./laws/account-law.ts";
import type { LawResult } from "./report.ts";
import { resultOf } from "./run-binding.ts";

/** Tries the laws that speak of all contracts together, after their bindings were tried. */
export async function runAccount(
  laws: readonly AccountLaw[],
  bench: AccountBench,
): Promise<readonly LawResult[]> {
  const results: LawResult[] = [];
  for (const law of laws) {
    const startedAt = performance.now();
    const finding = await unlessRefused(bench.nc, () => law.check(bench));
    results.push(resultOf(law, finding, startedAt));
  }
  return results;
}
