import {
  type ConsumerConfig,
  JetStreamApiCodes,
  type JetStreamManager,
  jetstreamManager,
  type StreamConfig,
} from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/nats-core";
import { fromNatsFailure } from "../connection/nats-failure.ts";
import type { EventContract, StreamPolicy } from "../contract/contract.ts";
import { CharterError } from "../errors/charter-error.ts";
import { covers } from "./subject-filter.ts";

type KeptEvent = EventContract & { readonly stream: StreamPolicy };

/** What a contract asks for and the server does not have. */
interface Difference {
  readonly expected: string;
  readonly found: string;
}

/**
 * Compares the stream on the server with the contract. Rejects with `failed_precondition` where it
 * is missing or promises less; a connection that may not ask sees nothing wrong.
 */
export async function checkStream(jsm: JetStreamManager, contract: KeptEvent): Promise<void> {
  const { name } = contract.stream;
  const info = await ask(jsm.streams.info(name), `the stream ${name}`);
  if (info === null) return;
  const difference = streamDifference(contract, info.config);
  if (difference !== null) throw mismatch(`the stream ${name}`, difference);
}

/**
 * Finds out why no stream takes a subject. Rejects with `failed_precondition` where there is no such
 * stream, or where it does not have the subject; what cannot be known may pass by itself.
 */
export async function checkTaken(nc: NatsConnection, stream: string, subject: string) {
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  const info = await ask(jsm.streams.info(stream), `the stream ${stream}`).catch((error) => {
    if (error instanceof CharterError && error.code === "failed_precondition") throw error;
    return null;
  });
  if (info === null || info.config.subjects.some((each) => covers(each, subject))) return;
  throw mismatch(`the stream ${stream}`, subjectMissing(subject, info.config));
}

/**
 * Compares a durable consumer on the server with the contract, and gives its `ack_wait` in
 * milliseconds; null for a connection that may not ask.
 */
export async function checkConsumer(
  jsm: JetStreamManager,
  contract: KeptEvent,
  durable: string,
): Promise<number | null> {
  const where = `the consumer ${durable} of the stream ${contract.stream.name}`;
  const info = await ask(jsm.consumers.info(contract.stream.name, durable), where);
  if (info === null) return null;
  const difference = consumerDifference(contract, info.config);
  if (difference !== null) throw mismatch(where, difference);
  return (info.config.ack_wait ?? 30e9) / 1e6;
}

function streamDifference(contract: KeptEvent, config: StreamConfig): Difference | null {
  const { maxAgeS, maxBytes } = contract.stream;
  const subject = contract.subject.wildcard;
  const foundAgeS = config.max_age / 1e9;
  if (!config.subjects.some((each) => covers(each, subject)))
    return subjectMissing(subject, config);
  if (config.retention !== "limits") {
    return { expected: "retention limits", found: config.retention };
  }
  if (keepsLess(foundAgeS, maxAgeS)) {
    return { expected: `a maximum age of ${limit(maxAgeS, "s")}`, found: limit(foundAgeS, "s") };
  }
  if (keepsLess(config.max_bytes, Number(maxBytes))) {
    return {
      expected: `a maximum size of ${limit(Number(maxBytes), "bytes")}`,
      found: limit(config.max_bytes, "bytes"),
    };
  }
  return null;
}

function subjectMissing(subject: string, { subjects }: StreamConfig): Difference {
  return { expected: `the subject ${subject}`, found: subjects.join(", ") };
}

/** Zero and less stand for no limit. A stream may keep more than its contract promises. */
function keepsLess(found: number, promised: number): boolean {
  return found > 0 && (promised <= 0 || found < promised);
}

function limit(value: number, unit: string): string {
  return value > 0 ? `${value} ${unit}` : "no limit";
}

function consumerDifference(contract: KeptEvent, config: ConsumerConfig): Difference | null {
  const subject = contract.subject.wildcard;
  const filters = config.filter_subjects ?? [config.filter_subject ?? ">"];
  const outside = filters.find((filter) => !covers(subject, filter === "" ? ">" : filter));
  if (outside !== undefined) {
    return { expected: `a filter within ${subject}`, found: outside };
  }
  if (config.ack_policy !== "explicit") {
    return { expected: "the ack policy explicit", found: config.ack_policy };
  }
  if (config.deliver_subject !== undefined) {
    return { expected: "a pull consumer", found: `one that pushes to ${config.deliver_subject}` };
  }
  // The server would fall silent about an event, and no dead letter would tell of it.
  if (config.max_deliver !== undefined && config.max_deliver > 0) {
    return { expected: "no max_deliver", found: String(config.max_deliver) };
  }
  return null;
}

/** What the server answers, or null where this connection may not ask. */
async function ask<T>(answer: Promise<T>, where: string): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : null;
    if (code === JetStreamApiCodes.StreamNotFound || code === JetStreamApiCodes.ConsumerNotFound) {
      throw new CharterError("failed_precondition", `${where} is not there; ${remedy}`, {
        cause: error,
      });
    }
    const failure = fromNatsFailure(error, where);
    if (failure.code === "permission_denied") return null;
    throw failure;
  }
}

const remedy = "`charter stream apply` provides what the contracts ask for";

function mismatch(where: string, { expected, found }: Difference): CharterError {
  return new CharterError(
    "failed_precondition",
    `${where} does not keep the contract: expected ${expected}, found ${found}; ${remedy}`,
  );
}
