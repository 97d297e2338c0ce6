import type { DescMessage, Message } from "@bufbuild/protobuf";
import type fc from "fast-check";
import { type DemandedPath, demandOf } from "../../../registry/core/samples/demand.ts";
import { variedMessages } from "../../../registry/core/samples/messages.ts";
import { describeAnswer, symptomOf } from "../calls/answers.ts";
import type { CaseResult } from "../property.ts";
import { tokensOf } from "../subjects.ts";
import { attemptWithKnown, collectGrants, shortfallOf, typeUnderTest } from "./granting.ts";
import { nothing, type RequestBench, type RequestLaw } from "./law.ts";
import { ask, failureOf, messageFrom } from "./probing.ts";
import { unstablePart } from "./stable-parts.ts";

/** The same request twice has equal replies where the contract says that callers may retry. */
export const repeatAnswer: RequestLaw = {
  id: "R10",
  title: "repeats its answer to a repeated request",
  minimum: 5,
  on: "request",
  effect: "calls",
  async check(bench) {
    if (bench.binding.idempotency === "unknown") {
      const reason = "the rpc declares no idempotency_level, so nobody may retry it";
      return nothing("skipped", reason);
    }
    const wanted = bench.samples;
    const grants = await collectGrants(
      bench,
      keyedRequests(bench),
      { seed: bench.seed, wanted, fromBytes: (payload) => messageFrom(bench, payload) },
      (message) => repeated(bench, message),
    );
    const samples = grants.granted;
    const ignored = bench.settings.repeat?.ignore ?? [];
    const notCompared = ["times", "fields that name the attempt", ...ignored].join(", ");
    const evidence = { repeated: samples, refused: grants.refused, notCompared };
    const what = "requests that were sent again";
    const shortfall = shortfallOf(grants, wanted, { samples, evidence, what });
    return shortfall ?? { verdict: "pass", samples, evidence };
  },
};

/** Requests with an idempotency key where they have a field for it: without it, nothing is promised. */
function keyedRequests({ generator, input, binding }: RequestBench): fc.Arbitrary<Message> {
  const keys = keyPaths(input).map((path): DemandedPath => ({ path, token: true }));
  return variedMessages(generator, input, demandOf([...tokensOf(binding), ...keys]));
}

/** The key is said of the whole request, so it does not lie deep. */
const deepestKey = 3;

function keyPaths(desc: DescMessage, depth = 1): string[][] {
  return desc.fields.flatMap((field) => {
    if (field.fieldKind === "message" && depth < deepestKey) {
      return keyPaths(field.message, depth + 1).map((path) => [field.name, ...path]);
    }
    return field.name === "idempotency_key" && field.fieldKind === "scalar" ? [[field.name]] : [];
  });
}

/** Whether a valid request is granted at all is another law's question. */
const asking = { summaryOf: (symptom: string) => symptom };

async function repeated(bench: RequestBench, message: Message): Promise<CaseResult> {
  const ignored = bench.settings.repeat?.ignore ?? [];
  const first = await attemptWithKnown(bench, typeUnderTest(bench), message, asking);
  if (first.kind === "broken") return { kind: "kept", refusal: first.symptom };
  if (first.kind !== "kept" || first.refusal !== null) return first;
  const second = await ask(bench, first.probe);
  if (second.kind === "error" && second.code === "resource_exhausted") {
    return { kind: "kept", refusal: second.code };
  }
  const failed = (symptom: string, answer: string): CaseResult => {
    const summary = "the same request twice must have equal replies";
    return {
      kind: "broken",
      symptom,
      failure: failureOf(bench, first.probe, summary, answer),
      ...(first.probe.message === message ? {} : { exact: true }),
    };
  };
  if (second.kind !== "message" || first.answer.kind !== "message") {
    const answers = `${describeAnswer(first.answer)}, then ${describeAnswer(second)}`;
    return failed(symptomOf(second), answers);
  }
  const path = unstablePart(bench.output, first.answer.message, second.message, ignored);
  return path === null ? first : failed(`differs at ${path}`, `two replies that differ at ${path}`);
}
