import fc from "fast-check";
import { demandOf } from "../../../registry/core/samples/demand.ts";
import { describeAnswer } from "../calls/answers.ts";
import type { FailureDetail } from "../report.ts";
import { reasonNotTo } from "../safety.ts";
import { subscriptionOf, tokensOf } from "../subjects.ts";
import type { Probe, RpcBench, RpcLaw } from "./law.ts";
import { ask, failureOf, probeOf } from "./probing.ts";
import { smallestRequest } from "./smallest-request.ts";

/**
 * Who serves the subject says so, in the queue group of the contract, and answers. Where it may not be
 * called, what it says is all that is looked at.
 */
export const served: RpcLaw = {
  id: "R1",
  title: "served in the declared queue group",
  minimum: 1,
  on: "rpc",
  effect: "observes",
  async check(bench) {
    const { binding, endpoints, environmentClass } = bench;
    const mayCall = reasonNotTo("calls", binding.idempotency, environmentClass) === null;
    const [message] = fc.sample(
      bench.generator.messages(bench.input, "bare", demandOf(tokensOf(binding))),
      { numRuns: 1, seed: bench.seed },
    );
    const probe = message === undefined ? null : probeOf(bench, message);
    if (probe === null) {
      return {
        verdict: "inconclusive",
        samples: 0,
        evidence: {},
        reason: "no request could be made",
      };
    }
    const answer = mayCall ? await ask(bench, probe) : null;
    const evidence = {
      called: mayCall ? 1 : 0,
      endpoints: endpoints.length,
      queueGroups: unique(endpoints.map((each) => each.queueGroup)),
      versions: unique(endpoints.map((each) => each.version ?? "not said")),
    };
    const problem = problemOf(bench, answer?.kind === "no-responders");
    if (problem !== null) {
      return { verdict: "fail", samples: 1, evidence, failure: await shown(bench, problem, probe) };
    }
    return { verdict: "pass", samples: endpoints.length, evidence };
  },
};

/** It is wrong whatever is sent, so it is shown with the smallest request. */
async function shown(bench: RpcBench, problem: string, probe: Probe): Promise<FailureDetail> {
  const { binding, environmentClass } = bench;
  const smallest = smallestRequest(bench) ?? probe;
  const mayCall = reasonNotTo("calls", binding.idempotency, environmentClass) === null;
  const answer = mayCall
    ? describeAnswer(await ask(bench, smallest))
    : "nothing, because it was not called";
  return failureOf(bench, smallest, problem, answer);
}

function problemOf({ binding, endpoints }: RpcBench, isSilent: boolean): string | null {
  const wanted = `${subscriptionOf(binding)} in queue group ${binding.queueGroup}`;
  if (endpoints.length === 0) {
    return `expected an endpoint of ${wanted} in $SRV.INFO; somebody answers on the subject, and nobody says so`;
  }
  const others = endpoints.filter((each) => each.queueGroup !== binding.queueGroup);
  const [other] = others;
  if (other !== undefined) {
    return `expected every endpoint of ${wanted}; ${others.length} of ${endpoints.length} are not, such as ${other.service} ${other.instance} in ${other.queueGroup}`;
  }
  if (isSilent)
    return `expected an answer from ${wanted}; $SRV.INFO lists it, and nobody is subscribed`;
  return null;
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)].sort();
}
