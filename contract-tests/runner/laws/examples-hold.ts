import { celEnv, isCelError, parse, plan } from "@bufbuild/cel";
import { strings } from "@bufbuild/cel/ext";
import { type Message, toBinary, toJsonString } from "@bufbuild/protobuf";
import fc from "fast-check";
import { type Answer, describeAnswer, holdsSensitive, symptomOf } from "../calls/answers.ts";
import { exampleBytes, exampleRequest } from "../examples.ts";
import { type CaseResult, findBroken, findingFrom } from "../property.ts";
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
      const seed = bench.seed + i;
      const prepared = prepare(bench, example, seed);
      if (typeof prepared === "string") {
        unclear.push(`"${example.name}": ${prepared}`);
        continue;
      }
      const search = { seed, cases: 1, calls: bench.calls };
      const result = await findBroken(fc.constant(prepared), search, (each) =>
        outcomeOf(bench, example, each),
      );
      if (result.kind === "kept") samples++;
      else if (result.kind === "undecided") unclear.push(`"${example.name}": ${result.reason}`);
      else return findingFrom(result, samples, { examples: samples });
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

/** An example's request, and what it is by the contract: null for bytes that are no message. */
interface Prepared {
  readonly subject: string;
  readonly payload: Uint8Array;
  readonly message: Message | null;
}

/** What is sent for an example, or why nothing can be. */
function prepare(bench: RequestBench, example: Example, seed: number): Prepared | string {
  const { generator, input } = bench;
  const request = exampleRequest(generator.schema, input, example, seed);
  if (request.kind === "no-message" || request.kind === "rule-error") return request.reason;
  if ("cel" in example.expect && request.kind !== "valid") {
    return "its request is not valid by the contract, so no reply can be expected";
  }
  const message = request.kind === "undecodable" ? null : request.message;
  const subject = subjectFor(bench, request);
  if (subject === null) return "its request does not fill the parameters of the subject";
  const payload =
    "base64" in example.request || message === null
      ? exampleBytes("base64" in example.request ? example.request.base64 : "")
      : toBinary(input, message);
  return payload.length > bench.maxPayload
    ? `its request has ${payload.length} bytes, and the server takes ${bench.maxPayload}`
    : { subject, payload, message };
}

async function outcomeOf(
  bench: RequestBench,
  example: Example,
  prepared: Prepared,
): Promise<CaseResult> {
  const { settings, binding } = bench;
  const { message } = prepared;
  const answer = await ask(bench, prepared);
  if (message !== null) bench.coverage.tried(message);
  const unmet = unmetBy(bench, example, message, answer);
  // What is refused by now, such as what exists since the first attempt, says nothing of it.
  if (unmet === null) {
    return { kind: "kept", refusal: answer.kind === "error" ? answer.code : null };
  }
  const summary = `the example "${example.name}" ${unmet}`;
  const failure = failureOf(bench, prepared, summary, answerShown(bench, answer));
  const { file, line } = example.place ?? settings.place ?? binding.place;
  return {
    kind: "broken",
    symptom: symptomOf(answer),
    failure: { ...failure, place: { file, line } },
  };
}

/** Characters of a reply: more than a screen of it explains no expectation. */
const shownLength = 2000;

/** Whoever writes an expectation of a reply wants to see the reply. */
function answerShown({ generator, output }: RequestBench, answer: Answer): string {
  if (answer.kind !== "message" || holdsSensitive(output)) return describeAnswer(answer);
  try {
    const json = toJsonString(output, answer.message, { registry: generator.schema.registry });
    return json.length > shownLength ? `${json.slice(0, shownLength)} …` : json;
  } catch {
    // The rare message without a JSON form, such as one with an unknown Any.
    return describeAnswer(answer);
  }
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
