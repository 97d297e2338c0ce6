import { type Message, toJson } from "@bufbuild/protobuf";
import { type NatsConnection, nuid } from "@nats-io/nats-core";
import fc from "fast-check";
import type { RequestBinding } from "../../registry/core/binding/binding.ts";
import { demandOf } from "../../registry/core/samples/demand.ts";
import { createGenerator, variedMessages } from "../../registry/core/samples/messages.ts";
import { judge } from "../../registry/core/samples/oracle.ts";
import { Unsatisfiable } from "../../registry/core/samples/values/unsatisfiable.ts";
import { holdsSensitive } from "../runner/calls/answers.ts";
import { createGate } from "../runner/calls/calls.ts";
import { createPace } from "../runner/calls/pace.ts";
import { type ContractUnderTest, linkSchema, messageType } from "../runner/contract.ts";
import { exampleRequest } from "../runner/examples.ts";
import { type EnvironmentClass, reasonNotTo, requestsPerSecond } from "../runner/safety.ts";
import type { Example, ShadowSettings } from "../runner/settings.ts";
import { tokensOf } from "../runner/subjects.ts";
import { type BothWays, createBothWays } from "./both-ways.ts";
import {
  conclude,
  type ShadowFailure,
  type ShadowResult,
  skippedShadow,
  type Tally,
} from "./shadow-report.ts";
import { trialsToDecide } from "./wilson.ts";

export interface ShadowRun {
  readonly contract: ContractUnderTest;
  readonly shadow: ShadowSettings;
  /** Values of headers, by their names. */
  readonly headers: Readonly<Record<string, string>>;
  /** Requests that are sent before the generated ones. */
  readonly examples: readonly Example[];
  readonly seed: number;
  /** How many requests are sent, whatever the file says. */
  readonly samples?: number;
  readonly environmentClass: EnvironmentClass;
  /** When the last batch may begin, as of `performance.now()`; without it there is no end. */
  readonly endsAt?: number;
  readonly onProgress?: (sent: number, of: number) => void;
}

/** In flight at once: an old endpoint shall answer, not be tested for its load. */
const atOnce = 4;
/** A batch of requests: what is made at once, and after which progress is told. */
const batchSize = 100;
/** As many as the schema allows. */
const mostSamples = 100_000;
/** When that many in a row have no answer, the rest has none either. */
const mostUnanswered = 20;

/**
 * Sends the same requests over HTTP and over NATS, and counts how often the replies are equal.
 * Rejects when the connection to NATS fails; what the two sides answer is part of the result.
 */
export async function runShadow(nc: NatsConnection, run: ShadowRun): Promise<ShadowResult> {
  const { contract, shadow, environmentClass } = run;
  const of = {
    subject: shadow.subject,
    http: `${shadow.method} ${shadow.url}`,
    minMatch: shadow.minMatch,
  };
  const binding = contract.bindings.find((each) => each.pattern === shadow.subject);
  if (binding?.kind !== "request") return skippedShadow(of, "it is no request of the contract");
  const reason = reasonNotTo("calls", binding.idempotency, environmentClass);
  if (reason !== null) return skippedShadow(of, reason);
  const bench = createBench(nc, run, binding);
  try {
    const { tally, failure } = await compareAll(bench, run);
    return conclude(of, tally, failure);
  } catch (error) {
    if (!(error instanceof Unsatisfiable)) throw error;
    return {
      ...skippedShadow(of, `no valid message can be made: ${error.message}`),
      verdict: "inconclusive",
    };
  }
}

type Bench = ReturnType<typeof createBench>;

function createBench(nc: NatsConnection, run: ShadowRun, binding: RequestBinding) {
  const schema = linkSchema(run.contract.descriptors);
  const input = messageType(schema, binding.messageType);
  const generator = createGenerator(schema, Date.now());
  const send: BothWays = createBothWays(nc, {
    schema,
    binding,
    input,
    output: messageType(schema, binding.replyType),
    shadow: run.shadow,
    headers: run.headers,
    runId: nuid.next(),
    pace: createPace(requestsPerSecond[run.environmentClass]),
  });
  return {
    schema,
    input,
    send,
    values: variedMessages(generator, input, demandOf(tokensOf(binding))),
  };
}

async function compareAll(
  bench: Bench,
  run: ShadowRun,
): Promise<{ readonly tally: Tally; readonly failure: ShadowFailure | null }> {
  const usual = trialsToDecide(1, run.shadow.minMatch) ?? mostSamples;
  const samples = Math.min(mostSamples, run.samples ?? run.shadow.samples ?? usual);
  const tally = { sent: 0, compared: 0, equal: 0, granted: 0, unanswered: 0, inARow: 0 };
  let firstUnanswered: string | null = null;
  let smallest: Smallest | null = null;
  const gate = createGate(atOnce);
  const one = async (message: Message, at: Origin) => {
    if (tally.inARow >= mostUnanswered) return;
    const result = await bench.send(message);
    tally.sent++;
    tally.inARow = result.kind === "unanswered" ? tally.inARow + 1 : 0;
    if (result.kind === "unanswered") {
      tally.unanswered++;
      firstUnanswered ??= result.reason;
      return;
    }
    tally.compared++;
    if (result.kind === "equal") {
      tally.equal++;
      if (result.granted) tally.granted++;
    } else if (smallest === null) {
      smallest = { message, difference: result.difference, at, shrinks: 0 };
    }
  };
  for (const batch of batchesOf(bench, run, samples)) {
    await Promise.all(batch.map(({ message, at }) => gate(() => one(message, at))));
    if (tally.inARow >= mostUnanswered || performance.now() > (run.endsAt ?? Infinity)) break;
    run.onProgress?.(tally.sent, samples);
  }
  const found = smallest === null ? null : await shrunk(bench, smallest);
  return {
    tally: { ...tally, firstUnanswered },
    failure: found === null ? null : failureOf(bench, found),
  };
}

/** How fast-check makes a message again; null for an example. */
type Origin = { readonly seed: number; readonly index: number } | null;

interface Smallest {
  readonly message: Message;
  readonly difference: Omit<ShadowFailure, "message" | "shrinks">;
  readonly at: Origin;
  readonly shrinks: number;
}

/** Examples first, and then valid messages; the same for the same seed. */
function* batchesOf(
  { schema, input, values }: Bench,
  { examples, seed }: ShadowRun,
  samples: number,
): Iterable<readonly { readonly message: Message; readonly at: Origin }[]> {
  const first = examples
    .map((example, i) => exampleRequest(schema, input, example, seed + i))
    .flatMap((each) => (each.kind === "valid" ? [{ message: each.message, at: null }] : []))
    .slice(0, samples);
  if (first.length > 0) yield first;
  let made = first.length;
  // A type of which hardly anything is valid ends the search, and not the time of its reader.
  for (let batch = 0; made < samples && batch * batchSize < 3 * mostSamples; batch++) {
    const batchSeed = (seed + batch) | 0;
    const valid = fc
      .sample(values, { seed: batchSeed, numRuns: batchSize })
      .map((message, index) => ({ message, at: { seed: batchSeed, index } }))
      .filter(({ message }) => judge(schema, input, message).kind === "valid")
      .slice(0, samples - made);
    made += valid.length;
    if (valid.length > 0) yield valid;
  }
}

/** Cases tried to make a difference smaller. */
const mostShrinks = 300;
const longestShrinkMs = 5000;

/** The smallest message that differs in the same field. */
async function shrunk({ schema, input, send, values }: Bench, found: Smallest): Promise<Smallest> {
  if (found.at === null) return found;
  let smallest = found;
  let tried = 0;
  const property = fc.asyncProperty(values, async (message) => {
    if (++tried > mostShrinks || judge(schema, input, message).kind !== "valid") fc.pre(false);
    const result = await send(message);
    if (result.kind !== "differs" || placeOf(result.difference) !== placeOf(found.difference))
      return;
    smallest = { ...found, message, difference: result.difference };
    throw new Error("differs");
  });
  const { seed, index } = found.at;
  const details = await fc.check(property, {
    seed,
    path: String(index),
    numRuns: 1,
    interruptAfterTimeLimit: longestShrinkMs,
  });
  return { ...smallest, shrinks: details.numShrinks };
}

/** Where two replies differ, whatever the index. */
function placeOf({ path }: { readonly path: string }): string {
  return path.replace(/\[.*?\]/g, "");
}

function failureOf({ schema, input }: Bench, found: Smallest): ShadowFailure {
  const { message, difference, shrinks } = found;
  return {
    ...difference,
    message: holdsSensitive(input) ? null : toJson(input, message, { registry: schema.registry }),
    shrinks,
  };
}
