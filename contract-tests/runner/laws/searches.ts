import { Unsatisfiable } from "../../../registry/core/samples/values/unsatisfiable.ts";
import { findingFrom } from "../property.ts";
import { type Grants, noGrants } from "./granting.ts";
import type { Finding, RpcBench } from "./law.ts";

/** Messages of one kind that a law tries, beside others. */
export interface Search {
  readonly name: string;
  /** How many of them are enough. */
  readonly wanted: number;
  /** Whether the law needs it: rules in CEL can forbid what another release has, and that is their right. */
  readonly isNeeded: boolean;
  run(seed: number): Promise<Grants>;
}

/** Seeds that one search may use. */
const seedsPerSearch = 100;

/** Tries one search after the other. @param took what was done with the messages that count: `granted` */
export async function trySearches(
  { seed, calls }: Pick<RpcBench, "seed" | "calls">,
  searches: readonly Search[],
  took: string,
): Promise<Finding> {
  const tried: string[] = [];
  const untried: string[] = [];
  let samples = 0;
  const found = () => ({ samples, evidence: { tried, untried } });
  for (const [i, search] of searches.entries()) {
    const { granted, refused, end } = await search.run(seed + i * seedsPerSearch);
    samples += granted;
    if (granted > 0) tried.push([`${search.name}: ${granted} ${took}`, ...refused].join(", "));
    if (end !== null && end.kind !== "undecided") {
      return findingFrom(end, samples, found().evidence);
    }
    // The one case of a replay may be of a later search.
    const goesOn = calls.replay !== null && end === null;
    if (granted >= search.wanted || goesOn) continue;
    const why = end?.reason ?? `${granted} of ${search.wanted} ${took}; ${refused.join(", ")}`;
    if (search.isNeeded || calls.isSpent) {
      return { verdict: "inconclusive", ...found(), reason: `${search.name}: ${why}` };
    }
    untried.push(`${search.name}: ${why}`);
  }
  return { verdict: "pass", ...found() };
}

/** A search for which no valid message can be made has found nothing. */
export async function unlessUnsatisfiable(run: () => Promise<Grants>): Promise<Grants> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof Unsatisfiable)) throw error;
    return noGrants(error);
  }
}
