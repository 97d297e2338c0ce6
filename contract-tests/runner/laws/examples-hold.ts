import { celEnv, isCelError, parse, plan } from "@bufbuild/cel";
import { strings } from "@bufbuild/cel/ext";
import { type Message, toBinary } from "@bufbuild/protobuf";
import { type Answer, describeAnswer, symptomOf } from "../answers.ts";
import { exampleBytes, exampleRequest } from "../examples.ts";
import type { FailureDetail } from "../report.ts";
import type { Example } from "../settings.ts";
import { subjectOf, subscriptionOf } from "../subjects.ts";
import type { Finding, RequestBench, RequestLaw } from "./law.ts";
import { ask, failureOf } from "./probing.ts";

/** Each example of a contract file has the answer that the file expects. */
export const examplesHold: RequestLaw = {
  id: "X1",
  title: "answers the examples as its contract file says",
  minimum: 1,
  on: "request",
  effect: "calls",
  async check(bench) {
    const { examples = [], given = [] } = bench.settings;
    const skipped = (reason: string): Finding => ({
      verdict: "skipped",
      samples: 0,
      evidence: {},
      reason,
    });
    if (examples.length === 0) return skipped("no contract file has examples of this subject");
    if (given.length > 0 && bench.environmentClass !== "ephemeral") {
      return skipped(
        `its examples need a state, which is set only in an ephemeral environment, and this one is ${bench.environmentClass}`,
      );
    }
    const unclear: string[] = [];
    let samples = 0;
    for (const [i, example] of examples.entries()) {
      const outcome = await outcomeOf(bench, example, bench.seed + i);
      const evidence = { examples: samples };
      if (outcome.kind === "broken") {
        return { verdict: "fail", samples, evidence, failure: outcome.failure };
      }
      if (outcome.kind === "unclear") unclear.push(`"${example.name}": ${outcome.reason}`);
      else samples++;
    }
    return conclusion(samples, unclear);
  },
};

function conclusion(samples: number, unclear: readonly string[]): Finding {
  const evidence = { examples: samples };
  return unclear.length === 0
    ? { verdict: "pass", samples, evidence }
    : { verdict: "inconclusive", samples, evidence, reason: unclear.slice(0, 3).join("; ") };
}

type Outcome =
  | { readonly kind: "kept" }
  | { readonly kind: "broken"; readonly failure: FailureDetail }
  | { readonly kind: "unclear"; readonly reason: string };

async function outcomeOf(bench: RequestBench, example: Example, seed: number): Promise<Outcome> {
  const { generator, input, binding, settings } = bench;
  const request = exampleRequest(generator.schema, input, example, seed);
  if (request.kind === "no-message") return { kind: "unclear", reason: request.reason };
  if (request.kind === "rule-error") return { kind: "unclear", reason: request.reason };
  if ("cel" in example.expect && request.kind !== "valid") {
    const reason = "its request is not valid by the contract, so no reply can be expected";
    return { kind: "unclear", reason };
  }
  const message = request.kind === "undecodable" ? null : request.message;
  const subject = subjectFor(bench, request);
  if (subject === null) {
    return { kind: "unclear", reason: "its request does not fill the parameters of the subject" };
  }
  const payload =
    "base64" in example.request || message === null
      ? exampleBytes("base64" in example.request ? example.request.base64 : "")
      : toBinary(input, message);
  if (payload.length > bench.maxPayload) {
    const reason = `its request has ${payload.length} bytes, and the server takes ${bench.maxPayload}`;
    return { kind: "unclear", reason };
  }
  const answer = await ask(bench, { subject, payload });
  if (message !== null) bench.coverage.tried(message);
  const unmet = unmetBy(bench, example, message, answer);
  if (unmet === null) return { kind: "kept" };
  const summary = `the example "${example.name}" ${unmet}`;
  const failure = failureOf(bench, { subject, payload, message }, summary, describeAnswer(answer));
  const place = example.place ?? settings.place ?? binding.place;
  return {
    kind: "broken",
    failure: { ...failure, place: { file: place.file, line: place.line } },
  };
}

/** Where a request goes: one that is no valid message need not name its subject. */
function subjectFor(
  { binding, input }: RequestBench,
  request: Exclude<ReturnType<typeof exampleRequest>, { kind: "no-message" }>,
): string | null {
  const named = request.kind === "undecodable" ? null : subjectOf(binding, input, request.message);
  if (named !== null || request.kind === "valid") return named;
  return subscriptionOf(binding).replaceAll("*", "probe");
}

/** What an example expects and did not get, or null. */
function unmetBy(
  bench: RequestBench,
  { expect }: Example,
  request: Message | null,
  answer: Answer,
): string | null {
  if ("errors" in expect) {
    if (answer.kind === "error" && expect.errors.includes(answer.code)) return null;
    return `must have error ${expect.errors.join(" or ")}, and has ${symptomOf(answer)}`;
  }
  if (answer.kind !== "message" || request === null) {
    return `must have a reply, and has ${symptomOf(answer)}`;
  }
  const value = evaluate(bench, expect.cel, request, answer.message);
  if (value === true) return null;
  if (value === false) return `must have a reply for which ${expect.cel}`;
  return `must have a reply for which ${expect.cel}, which ${value}`;
}

/** The value of an expression, or why it has none. */
function evaluate(
  { generator }: RequestBench,
  cel: string,
  request: Message,
  reply: Message,
): boolean | string {
  try {
    const env = celEnv({ registry: generator.schema.registry, funcs: strings });
    const value = plan(env, parse(cel))({ request, reply });
    if (isCelError(value)) return `cannot be evaluated for it: ${value.message}`;
    return typeof value === "boolean" ? value : `is neither true nor false but ${typeof value}`;
  } catch (error) {
    return `cannot be evaluated: ${error instanceof Error ? error.message : String(error)}`;
  }
}
