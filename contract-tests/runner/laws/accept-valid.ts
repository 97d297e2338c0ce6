import type { Message } from "@bufbuild/protobuf";
import { demandOf } from "../../../registry/core/samples/demand.ts";
import { variedMessages } from "../../../registry/core/samples/messages.ts";
import { judge } from "../../../registry/core/samples/oracle.ts";
import { symptomOf } from "../answers.ts";
import { type CaseResult, findBroken, findingFrom } from "../property.ts";
import { tokensOf } from "../subjects.ts";
import type { RpcBench, RpcLaw } from "./law.ts";
import { askForAll, brokenBy, isRefusal, jsonOf, messageFrom, probeOf } from "./probing.ts";

/** Rounds of as many cases as are wanted, for services that refuse most valid requests. */
const rounds = 12;

/**
 * A valid request has a reply, or frames, that decode and keep their rules. A refusal such as
 * `not_found` breaks no promise, but is no evidence either: the law passes on what was granted.
 */
export const acceptValid: RpcLaw = {
  id: "R2",
  title: "accepts every valid request",
  minimum: 20,
  on: "rpc",
  effect: "calls",
  async check(bench) {
    const messages = variedMessages(
      bench.generator,
      bench.input,
      demandOf(tokensOf(bench.binding)),
    );
    const refused = new Map<string, number>();
    let accepted = 0;
    const evidence = () => ({
      accepted,
      refused: [...refused].map(([code, count]) => `${count} × ${code}`),
    });
    for (let round = 0; round < rounds && accepted < bench.samples; round++) {
      const options = {
        seed: bench.seed + round,
        cases: bench.samples,
        calls: bench.calls,
        fromBytes: (payload: Uint8Array) => messageFrom(bench, payload),
      };
      const result = await findBroken(messages, options, async (message) => {
        const outcome = await acceptance(bench, message);
        if (outcome.kind === "kept" && outcome.refusal === null) accepted++;
        if (outcome.kind === "kept" && outcome.refusal !== null) {
          refused.set(outcome.refusal, (refused.get(outcome.refusal) ?? 0) + 1);
        }
        return outcome;
      });
      if (result.kind === "kept") continue;
      return findingFrom(result, accepted, evidence());
    }
    if (accepted >= bench.samples)
      return { verdict: "pass", samples: accepted, evidence: evidence() };
    return {
      verdict: "inconclusive",
      samples: accepted,
      evidence: evidence(),
      reason: `only ${accepted} valid requests were granted, and ${bench.samples} are needed; the others were refused: ${evidence().refused.join(", ")}`,
    };
  },
};

type Acceptance =
  | Exclude<CaseResult, { kind: "kept" }>
  | { kind: "kept"; refusal: string | null; shown: () => unknown };

async function acceptance(bench: RpcBench, message: Message): Promise<Acceptance> {
  const first = await granted(bench, message);
  if (first.kind !== "kept" || first.refusal === null) return first;
  const known = bench.known.use(bench.input, message);
  if (known === null) return first;
  const second = await granted(bench, known);
  // Known values that do not fit the rules say nothing.
  if (second.kind === "void") return first;
  return second.kind === "broken" ? { ...second, exact: true } : second;
}

async function granted(bench: RpcBench, message: Message): Promise<Acceptance> {
  const { schema } = bench.generator;
  const judged = judge(schema, bench.input, message);
  if (judged.kind === "rule-error") {
    return { kind: "schema-bug", reason: `a rule of ${bench.input.typeName}: ${judged.reason}` };
  }
  const probe = judged.kind === "valid" ? probeOf(bench, message) : null;
  if (probe === null) return { kind: "void" };
  const answer = await askForAll(bench, probe);
  bench.coverage.tried(message);
  const shown = () => jsonOf(bench, message);
  if (answer.kind === "message" || answer.kind === "empty") {
    bench.known.learn(bench.input, message);
    if (answer.kind === "message") bench.known.learn(bench.output, answer.message);
    return { kind: "kept", refusal: null, shown };
  }
  if (answer.kind === "rule-error") {
    return { kind: "schema-bug", reason: `a rule of ${bench.output.typeName}: ${answer.reason}` };
  }
  if (isRefusal(answer)) return { kind: "kept", refusal: answer.code, shown };
  const summary = `a valid request was not answered as the contract says: ${symptomOf(answer)}`;
  return brokenBy(bench, probe, summary, answer);
}
