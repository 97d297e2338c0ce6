import { type DescMessage, type Message, toBinary, toJson } from "@bufbuild/protobuf";
import type fc from "fast-check";
import { demandOf } from "../../../registry/core/samples/demand.ts";
import { type Generator, variedMessages } from "../../../registry/core/samples/messages.ts";
import { judge } from "../../../registry/core/samples/oracle.ts";
import type { Unsatisfiable } from "../../../registry/core/samples/values/unsatisfiable.ts";
import { type Answer, isGranted, symptomOf } from "../calls/answers.ts";
import { type CaseResult, findBroken, findingFrom, type PropertyResult } from "../property.ts";
import { subjectOf, tokensOf } from "../subjects.ts";
import type { Finding, Probe, RpcBench } from "./law.ts";
import { ask, brokenBy, isRefusal } from "./probing.ts";

/** The type of a request as a release has it: the one under test, or another of its major. */
export interface RequestType {
  readonly generator: Generator;
  readonly desc: DescMessage;
}

export function typeUnderTest({ generator, input }: RpcBench): RequestType {
  return { generator, desc: input };
}

/** Valid requests with what their subject needs. Throws `Unsatisfiable`. */
export function requestsOf(bench: RpcBench, { generator, desc }: RequestType) {
  return variedMessages(generator, desc, demandOf(tokensOf(bench.binding)));
}

/** A valid request that was granted, one that was refused, or what ends the search. */
export type Attempt =
  | Exclude<CaseResult, { kind: "kept" }>
  | Granted
  /** A promise that was kept, and no evidence. */
  | { readonly kind: "kept"; readonly refusal: string };

export interface Granted {
  readonly kind: "kept";
  readonly refusal: null;
  readonly shown: () => unknown;
  readonly probe: Probe;
  readonly answer: Answer;
}

export interface Asking {
  /** What was expected, of an answer that is neither a grant nor a refusal. */
  readonly summaryOf: (symptom: string) => string;
  /** `ask` without it. */
  readonly send?: typeof ask;
}

/**
 * Sends a message that is valid by a release; nothing is sent of another one. The reply is read as the
 * contract under test has it.
 */
export async function attempt(
  bench: RpcBench,
  type: RequestType,
  message: Message,
  { summaryOf, send = ask }: Asking,
): Promise<Attempt> {
  const judged = judge(type.generator.schema, type.desc, message);
  if (judged.kind === "rule-error") {
    return { kind: "schema-bug", reason: `a rule of ${type.desc.typeName}: ${judged.reason}` };
  }
  const probe = judged.kind === "valid" ? probeAs(bench, type.desc, message) : null;
  if (probe === null) return { kind: "void" };
  const answer = await send(bench, probe);
  if (answer.kind === "rule-error") {
    return { kind: "schema-bug", reason: `a rule of ${bench.output.typeName}: ${answer.reason}` };
  }
  if (type.desc === bench.input) bench.coverage.tried(message);
  const shown = () => jsonAs(type, message);
  if (isGranted(answer)) {
    bench.known.learn(type.desc, message, "made");
    if (answer.kind === "message") {
      bench.known.learn(bench.output, answer.message, "received");
    }
    return { kind: "kept", refusal: null, shown, probe, answer };
  }
  if (isRefusal(answer)) return { kind: "kept", refusal: answer.code };
  const broken = brokenBy(bench, probe, summaryOf(symptomOf(answer)), answer);
  return { ...broken, failure: { ...broken.failure, message: shown() } };
}

/** As `attempt`; what is refused is tried again with values that services of the run have accepted. */
export async function attemptWithKnown(
  ...[bench, type, message, asking]: Parameters<typeof attempt>
): Promise<Attempt> {
  const first = await attempt(bench, type, message, asking);
  if (first.kind !== "kept" || first.refusal === null) return first;
  const known = bench.known.use(type.desc, message);
  if (known === null) return first;
  const second = await attempt(bench, type, known, asking);
  // Known values that do not fit the rules say nothing.
  if (second.kind === "void") return first;
  return second.kind === "broken" ? { ...second, exact: true } : second;
}

/** A request of a release, or null when it has no subject or is too large to be sent. */
export function probeAs(bench: RpcBench, desc: DescMessage, message: Message): Probe | null {
  const subject = subjectOf(bench.binding, desc, message);
  const payload = toBinary(desc, message);
  return subject === null || payload.length > bench.maxPayload
    ? null
    : { subject, message, payload };
}

/** Null for the rare message without a JSON form. */
export function jsonAs({ generator, desc }: RequestType, message: Message): unknown {
  try {
    return toJson(desc, message, { registry: generator.schema.registry });
  } catch {
    return null;
  }
}

/** What came of looking for as many granted requests as are wanted. */
export interface Grants {
  readonly granted: number;
  /** As `3 × not_found`. */
  readonly refused: readonly string[];
  /** What ended the search before its time, or null. */
  readonly end: Exclude<PropertyResult, { kind: "kept" }> | null;
}

/** Rounds of as many cases as are wanted, for services that refuse most valid requests. */
const rounds = 12;

export interface GrantSearch<T> {
  /** Each round has one more, so the next search of a law leaves room. */
  readonly seed: number;
  readonly wanted: number;
  /** As of `Search`. */
  readonly fromBytes?: (payload: Uint8Array) => T | null;
}

/** Tries cases until enough of them were granted. One without a `refusal` was. */
export async function collectGrants<T>(
  { calls }: Pick<RpcBench, "calls">,
  cases: fc.Arbitrary<T>,
  { seed, wanted, fromBytes }: GrantSearch<T>,
  check: (value: T) => Promise<CaseResult>,
): Promise<Grants> {
  const refused = new Map<string, number>();
  let granted = 0;
  let end: Grants["end"] = null;
  for (let round = 0; round < rounds && granted < wanted && end === null; round++) {
    const search = {
      seed: seed + round,
      cases: wanted,
      calls,
      ...(fromBytes === undefined ? {} : { fromBytes }),
    };
    const result = await findBroken(cases, search, async (value) => {
      const outcome = await check(value);
      if (outcome.kind !== "kept") return outcome;
      const refusal = outcome.refusal ?? null;
      if (refusal === null) granted++;
      else refused.set(refusal, (refused.get(refusal) ?? 0) + 1);
      return outcome;
    });
    if (result.kind !== "kept") end = result;
  }
  return { granted, refused: [...refused].map(([code, count]) => `${count} × ${code}`), end };
}

/** What grants show, or null when they are enough and nothing ended the search. */
export function shortfallOf(
  { granted, refused, end }: Grants,
  wanted: number,
  { samples, evidence, what }: Pick<Finding, "samples" | "evidence"> & { readonly what: string },
): Finding | null {
  if (end !== null) return findingFrom(end, samples, evidence);
  if (granted >= wanted) return null;
  const others = refused.length === 0 ? "" : `; the others were refused: ${refused.join(", ")}`;
  const reason = `only ${granted} ${what} were granted, and ${wanted} are needed${others}`;
  return { verdict: "inconclusive", samples, evidence, reason };
}

/** A search that found that no valid message can be made. */
export function noGrants(error: Unsatisfiable): Grants {
  const reason = `no valid message can be made: ${error.message}`;
  return { granted: 0, refused: [], end: { kind: "undecided", reason } };
}
