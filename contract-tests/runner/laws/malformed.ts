import { type Message, toBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import { demandOf } from "../../../registry/core/samples/demand.ts";
import { variedMessages } from "../../../registry/core/samples/messages.ts";
import { classify, type Payload } from "../../../registry/core/samples/oracle.ts";
import type { Answer } from "../answers.ts";
import { type CaseResult, findBroken } from "../property.ts";
import { subjectOf, tokensOf } from "../subjects.ts";
import { damages } from "./damages.ts";
import type { Finding, RequestBench, RequestLaw } from "./law.ts";
import { ask, brokenBy, isRefusal, probeOf } from "./probing.ts";

/** Damaged bytes get an error of the caller's making, and the service lives on. */
export const malformed: RequestLaw = {
  id: "R4",
  title: "survives malformed requests",
  minimum: 12,
  on: "request",
  effect: "calls",
  async check(bench) {
    const seen = new Map<Payload["kind"], number>();
    let samples = 0;
    const evidence = () => ({
      payloads: samples,
      classes: [...seen].map(([kind, count]) => `${count} ${kind}`),
    });
    const messages = variedMessages(
      bench.generator,
      bench.input,
      demandOf(tokensOf(bench.binding)),
    );
    for (const [i, damage] of damages(bench.input).entries()) {
      const cases = fc.tuple(messages, damage.change);
      const options = { seed: bench.seed + i, cases: damage.cases, calls: bench.calls };
      const result = await findBroken(cases, options, async ([message, change]) => {
        const outcome = await endured(
          bench,
          message,
          change(toBinary(bench.input, message)),
          damage.name,
        );
        if (outcome.kind !== "kept") return outcome;
        samples++;
        seen.set(outcome.seen, (seen.get(outcome.seen) ?? 0) + 1);
        return outcome;
      });
      if (result.kind === "broken") {
        return { verdict: "fail", samples, evidence: evidence(), failure: result.failure };
      }
      if (result.kind === "schema-bug") {
        return { verdict: "schema-bug", samples, evidence: evidence(), reason: result.reason };
      }
      if (result.kind === "undecided") {
        return { verdict: "inconclusive", samples, evidence: evidence(), reason: result.reason };
      }
    }
    return liveness(bench, messages, samples, evidence());
  },
};

type Endured = Exclude<CaseResult, { kind: "kept" }> | { kind: "kept"; seen: Payload["kind"] };

async function endured(
  bench: RequestBench,
  named: Message,
  payload: Uint8Array,
  damage: string,
): Promise<Endured> {
  const subject = subjectOf(bench.binding, bench.input, named);
  if (subject === null || payload.length > bench.maxPayload) return { kind: "void" };
  const sent = classify(bench.generator.schema, bench.input, payload);
  if (sent.kind === "rule-error") return { kind: "schema-bug", reason: sent.reason };
  const answer = await ask(bench, { subject, payload });
  if (isExpected(sent.kind, answer)) return { kind: "kept", seen: sent.kind };
  const expected = sent.kind === "valid" ? "no error 5xx" : "error 400 invalid_argument";
  const message = sent.kind === "undecodable" ? null : sent.message;
  const summary = `${damage}, by the contract ${sent.kind}, must have ${expected}`;
  return brokenBy(bench, { subject, payload, message }, summary, answer);
}

function isExpected(sent: Payload["kind"], answer: Answer): boolean {
  const isBlamed = answer.kind === "error" && answer.code === "invalid_argument";
  // Bytes that happen to be a valid message may disagree with the subject, so blame is right, too.
  return sent === "valid" ? isBlamed || answer.kind === "message" || isRefusal(answer) : isBlamed;
}

async function liveness(
  bench: RequestBench,
  messages: fc.Arbitrary<Message>,
  samples: number,
  evidence: Finding["evidence"],
): Promise<Finding> {
  const options = { seed: bench.seed, cases: 1, calls: bench.calls };
  const result = await findBroken(messages, options, async (message) => {
    const sent = classify(bench.generator.schema, bench.input, toBinary(bench.input, message));
    const probe = sent.kind === "valid" ? probeOf(bench, message) : null;
    if (probe === null) return { kind: "void" };
    const answer = await ask(bench, probe);
    if (answer.kind === "message" || isRefusal(answer)) return { kind: "kept" };
    const summary = `after ${samples} malformed requests a valid one was not answered`;
    return brokenBy(bench, probe, summary, answer);
  });
  if (result.kind === "kept") return { verdict: "pass", samples, evidence };
  if (result.kind === "broken")
    return { verdict: "fail", samples, evidence, failure: result.failure };
  return { verdict: "inconclusive", samples, evidence, reason: result.reason };
}
