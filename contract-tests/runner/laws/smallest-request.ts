import fc from "fast-check";
import { judge } from "../../../registry/core/samples/oracle.ts";
import { requestsOf, typeUnderTest } from "./granting.ts";
import type { Probe, RpcBench } from "./law.ts";
import { probeOf } from "./probing.ts";

/** Random requests that are tried to find one to begin with. */
const mostCases = 50;

/**
 * The smallest valid request that can be made, found without sending anything: what is wrong with every
 * request is shown with this one. Null when none was made. Throws `Unsatisfiable`.
 */
export function smallestRequest(bench: RpcBench): Probe | null {
  let smallest: Probe | null = null;
  const isNone = fc.property(requestsOf(bench, typeUnderTest(bench)), (message) => {
    const isValid = judge(bench.generator.schema, bench.input, message).kind === "valid";
    const probe = isValid ? probeOf(bench, message) : null;
    // Shrinking goes on from each request that it is shown, so the last one is the smallest.
    if (probe !== null) smallest = probe;
    return probe === null;
  });
  fc.check(isNone, { seed: bench.seed, numRuns: mostCases });
  return smallest;
}
