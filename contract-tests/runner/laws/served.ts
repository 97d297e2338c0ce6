import fc from "fast-check";
import { demandOf } from "../../../registry/core/samples/demand.ts";
import { describeAnswer } from "../answers.ts";
import { subscriptionOf, tokensOf } from "../subjects.ts";
import type { Finding, RpcBench, RpcLaw } from "./law.ts";
import { ask, failureOf, probeOf } from "./probing.ts";

/** Who serves the subject says so, in the queue group of the contract, and answers. */
export const served: RpcLaw = {
  id: "R1",
  title: "served in the declared queue group",
  minimum: 1,
  on: "rpc",
  effect: "calls",
  async check(bench) {
    const { binding, endpoints } = bench;
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
    const answer = await ask(bench, probe);
    const evidence = {
      endpoints: endpoints.length,
      queueGroups: unique(endpoints.map((each) => each.queueGroup)),
      versions: unique(endpoints.map((each) => each.version ?? "not said")),
    };
    const fail = (summary: string): Finding => ({
      verdict: "fail",
      samples: 1,
      evidence,
      failure: failureOf(bench, probe, summary, describeAnswer(answer)),
    });
    const problem = problemOf(bench, answer.kind === "no-responders");
    if (problem !== null) return fail(problem);
    return { verdict: "pass", samples: endpoints.length, evidence };
  },
};

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
