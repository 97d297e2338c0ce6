import fc from "fast-check";
import { demandOf } from "../../../registry/core/samples/demand.ts";
import { variedMessages } from "../../../registry/core/samples/messages.ts";
import { judge } from "../../../registry/core/samples/oracle.ts";
import { findingFrom, isFlaky, repeat } from "../property.ts";
import type { FailureDetail } from "../report.ts";
import { tokensOf } from "../subjects.ts";
import type { Probe, RequestBench, RequestLaw } from "./law.ts";
import { failureOf, probeOf } from "./probing.ts";
import { smallestRequest } from "./smallest-request.ts";

/** Requests that are sent together. */
const atOnce = 20;

/**
 * A request has exactly one reply, however many instances run. Two show a service whose instances
 * are not in one queue group, so that each request has its effect twice.
 */
export const singleDelivery: RequestLaw = {
  id: "R7",
  title: "answers a request once",
  minimum: 10,
  on: "request",
  effect: "calls",
  async check(bench) {
    const { generator, input, endpoints } = bench;
    const messages = variedMessages(generator, input, demandOf(tokensOf(bench.binding)));
    const probes: Probe[] = [];
    for (const message of fc.sample(messages, { numRuns: 4 * bench.samples, seed: bench.seed })) {
      if (probes.length === bench.samples) break;
      const isValid = judge(generator.schema, input, message).kind === "valid";
      const probe = isValid ? probeOf(bench, message) : null;
      if (probe !== null) probes.push(probe);
    }
    const counts: number[] = [];
    for (let i = 0; i < probes.length; i += atOnce) {
      counts.push(...(await bench.calls.countReplies(probes.slice(i, i + atOnce))));
    }
    const instances = new Set(endpoints.map((each) => each.instance)).size;
    const evidence = { instances, replies: counts.reduce((sum, each) => sum + each, 0) };
    const wrong = probes.flatMap((probe, i) =>
      counts[i] === 1 ? [] : [{ probe, replies: counts[i] ?? 0 }],
    );
    // One reply too many is more certain than one that is missing, which may only be late.
    wrong.sort(
      (a, b) =>
        Number(b.replies > 1) - Number(a.replies > 1) ||
        a.probe.payload.length - b.probe.payload.length,
    );
    const [first] = wrong;
    if (first === undefined) return { verdict: "pass", samples: probes.length, evidence };
    const summary = `a request must have one reply; ${wrong.length} of ${probes.length} had another count`;
    const answer = `${first.replies} replies, with ${instances} instances in $SRV.INFO`;
    const probe = await smallerOf(bench, first);
    const failure = failureOf(bench, probe, summary, answer);
    const again = await tryAgain(bench, probe);
    const kind = isFlaky(again.repeated) ? "flaky" : "broken";
    return findingFrom({ kind, failure: { ...failure, ...again } }, probes.length, evidence);
  },
};

/** The smallest request of all, if it has as many replies: most often the count has other causes. */
async function smallerOf(
  bench: RequestBench,
  { probe, replies }: { readonly probe: Probe; readonly replies: number },
): Promise<Probe> {
  const smallest = smallestRequest(bench);
  if (smallest === null) return probe;
  const [count] = await bench.calls.countReplies([smallest]);
  return count === replies ? smallest : probe;
}

/** Sends the smallest request alone. */
async function tryAgain(
  { calls }: RequestBench,
  probe: Probe,
): Promise<Pick<FailureDetail, "repeated" | "trace">> {
  let trace: FailureDetail["trace"] = [];
  const repeated = await repeat(calls, async () => {
    calls.trace.begin();
    const [replies] = await calls.countReplies([probe]);
    if (replies === 1) return "kept";
    trace = calls.trace.exchanges();
    return "broken";
  });
  return { repeated, trace };
}
