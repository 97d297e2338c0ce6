import { type Message, toBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import { demandOf } from "../../../registry/core/samples/demand.ts";
import { variedMessages } from "../../../registry/core/samples/messages.ts";
import { classify, type Payload } from "../../../registry/core/samples/oracle.ts";
import { type Answer, isGranted, symptomOf } from "../calls/answers.ts";
import { type CaseResult, findBroken, findingFrom, isFlaky, repeat } from "../property.ts";
import { subjectOf, tokensOf } from "../subjects.ts";
import { damages } from "./damages.ts";
import type { Finding, Probe, RpcBench, RpcLaw } from "./law.ts";
import { ask, brokenBy, isRefusal, jsonOf, probeOf } from "./probing.ts";

/** Valid requests that are tried to find one that is answered. */
const mostBefore = 10;

/** Damaged bytes get an error of the caller's making, and the service lives on. */
export const malformed: RpcLaw = {
  id: "R4",
  title: "survives malformed requests",
  minimum: 12,
  on: "rpc",
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
    const alive = await firstAnswered(bench, messages);
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
      if (result.kind !== "kept") return findingFrom(result, samples, evidence());
    }
    return liveness(bench, alive, samples, evidence());
  },
};

type Endured =
  | Exclude<CaseResult, { kind: "kept" }>
  | { kind: "kept"; seen: Payload["kind"]; shown?: () => unknown };

async function endured(
  bench: RpcBench,
  named: Message,
  payload: Uint8Array,
  damage: string,
): Promise<Endured> {
  const subject = subjectOf(bench.binding, bench.input, named);
  if (subject === null || payload.length > bench.maxPayload) return { kind: "void" };
  const sent = classify(bench.generator.schema, bench.input, payload);
  if (sent.kind === "rule-error") return { kind: "schema-bug", reason: sent.reason };
  const answer = await ask(bench, { subject, payload });
  if (isExpected(sent.kind, answer)) {
    if (sent.kind === "undecodable") return { kind: "kept", seen: sent.kind };
    return { kind: "kept", seen: sent.kind, shown: () => jsonOf(bench, sent.message) };
  }
  if (sent.kind !== "undecodable" && (await isOfContent(bench, subject, payload, sent, answer))) {
    return { kind: "kept", seen: sent.kind };
  }
  const expected = sent.kind === "valid" ? "no error 5xx" : "error 400 invalid_argument";
  const message = sent.kind === "undecodable" ? null : sent.message;
  const summary = `${damage}, by the contract ${sent.kind}, must have ${expected}`;
  return brokenBy(bench, { subject, payload, message }, summary, answer);
}

/** What the same message has without the damage, too, is no matter of damage: other laws speak of it. */
async function isOfContent(
  bench: RpcBench,
  subject: string,
  damaged: Uint8Array,
  sent: Exclude<Payload, { kind: "undecodable" }>,
  answer: Answer,
): Promise<boolean> {
  const payload = toBinary(bench.input, sent.message);
  if (Buffer.compare(payload, damaged) === 0) return true;
  return symptomOf(await ask(bench, { subject, payload })) === symptomOf(answer);
}

function isExpected(sent: Payload["kind"], answer: Answer): boolean {
  const isBlamed = answer.kind === "error" && answer.code === "invalid_argument";
  // Bytes that happen to be a valid message may disagree with the subject, so blame is right, too.
  return sent === "valid" ? isBlamed || isGranted(answer) || isRefusal(answer) : isBlamed;
}

/** A valid request that is answered before anything is damaged, or null. */
async function firstAnswered(
  bench: RpcBench,
  messages: fc.Arbitrary<Message>,
): Promise<Probe | null> {
  // In a replay, the one case is all that is sent.
  if (bench.calls.replay !== null) return null;
  for (const message of fc.sample(messages, { numRuns: mostBefore, seed: bench.seed })) {
    const sent = classify(bench.generator.schema, bench.input, toBinary(bench.input, message));
    const probe = sent.kind === "valid" ? probeOf(bench, message) : null;
    const answer = probe === null ? null : await ask(bench, probe);
    if (probe !== null && answer !== null && isAlive(answer)) return probe;
    // Whoever is silent once would be waited for as long each time.
    if (answer?.kind === "timeout" || answer?.kind === "no-responders") return null;
  }
  return null;
}

function isAlive(answer: Answer): boolean {
  return answer.kind === "message" || isRefusal(answer);
}

async function liveness(
  bench: RpcBench,
  probe: Probe | null,
  samples: number,
  evidence: Finding["evidence"],
): Promise<Finding> {
  if (probe === null) {
    const reason =
      "no valid request was answered before either, so that nothing shows whether the service lives on";
    return { verdict: "inconclusive", samples, evidence, reason };
  }
  const { trace } = bench.calls;
  trace.begin();
  const answer = await ask(bench, probe);
  if (isAlive(answer)) return { verdict: "pass", samples, evidence };
  const summary = `after ${samples} malformed requests a valid one was not answered as before them`;
  const { failure } = brokenBy(bench, probe, summary, answer);
  const shown = { ...failure, trace: trace.exchanges() };
  const again = async () => (isAlive(await ask(bench, probe)) ? "kept" : "broken");
  const repeated = await repeat(bench.calls, again);
  const kind = isFlaky(repeated) ? "flaky" : "broken";
  return findingFrom({ kind, failure: { ...shown, repeated } }, samples, evidence);
}
