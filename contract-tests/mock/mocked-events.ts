import { type Message, toBinary } from "@bufbuild/protobuf";
import { type Connection, type MessageHeaders, schemaStamp } from "@charter-nats/runtime";
import { headers as createHeaders, nuid } from "@nats-io/nats-core";
import fc from "fast-check";
import type { EventBinding } from "../../registry/core/binding/binding.ts";
import { demandOf } from "../../registry/core/samples/demand.ts";
import { type Generator, variedMessages } from "../../registry/core/samples/messages.ts";
import { judge } from "../../registry/core/samples/oracle.ts";
import { type ContractUnderTest, messageType } from "../runner/contract.ts";
import { subjectOf, subscriptionOf, tokensOf } from "../runner/subjects.ts";
import { type DamagedPayloads, damagedPayloads } from "./damaged-payloads.ts";
import type { FaultChoice } from "./faults.ts";

export interface EventSettings {
  readonly seed: number;
  /** Of each event. */
  readonly eventsPerSecond: number;
  readonly choose: FaultChoice;
  readonly onError: (error: unknown, where: string) => void;
}

/** One event of a mock, ready to be published again and again. */
interface MockedEvent {
  readonly binding: EventBinding;
  /** Whether a stream takes it, and acknowledges it. */
  readonly isKept: boolean;
  readonly samples: readonly { readonly subject: string; readonly payload: Uint8Array }[];
  readonly damaged: DamagedPayloads;
}

/** Events that are made beforehand for each binding, and then published in turn. */
const samplesPerEvent = 32;
const acknowledgedWithinMs = 5000;

/**
 * Publishes every event of a contract until it is stopped, each at the same rate: into its stream
 * where there is one, and on the bare subject where there is none. Rejects when no valid event of a
 * type can be made.
 */
export async function publishEvents(
  nc: Connection,
  contract: ContractUnderTest,
  generator: Generator,
  settings: EventSettings,
): Promise<{ stop(): Promise<void> }> {
  const bindings = contract.bindings.filter((binding) => binding.kind === "event");
  if (settings.eventsPerSecond === 0 || bindings.length === 0) return { stop: async () => {} };
  const events = await Promise.all(
    bindings.map((binding) => mockedEvent(nc, contract, binding, generator, settings.seed)),
  );
  const stamp = schemaStamp(contract);
  const underWay = new Set<Promise<void>>();
  let round = 0;
  const publishAll = () => {
    for (const event of events) {
      const sent = publishOne(nc, event, round, stamp, settings)
        .catch((error: unknown) => settings.onError(error, event.binding.messageType))
        .finally(() => underWay.delete(sent));
      underWay.add(sent);
    }
    round += 1;
  };
  publishAll();
  const timer = setInterval(publishAll, 1000 / settings.eventsPerSecond);
  return {
    async stop() {
      clearInterval(timer);
      await Promise.all(underWay);
    },
  };
}

async function mockedEvent(
  nc: Connection,
  { module, bindings }: ContractUnderTest,
  binding: EventBinding,
  generator: Generator,
  seed: number,
): Promise<MockedEvent> {
  const { schema } = generator;
  const desc = messageType(schema, binding.messageType);
  const messages = variedMessages(generator, desc, demandOf(tokensOf(binding)));
  const samples = fc
    .sample(messages, { numRuns: samplesPerEvent, seed })
    .flatMap((message: Message) => {
      const subject = subjectOf(binding, desc, message);
      if (subject === null || judge(schema, desc, message).kind !== "valid") return [];
      return [{ subject, payload: toBinary(desc, message) }];
    });
  if (samples.length === 0) {
    throw new Error(`No valid ${desc.typeName} of ${module} could be made to publish.`);
  }
  const others = bindings.map((each) => messageType(schema, each.messageType));
  const damaged = damagedPayloads(generator, desc, others, seed);
  const isKept = binding.stream !== null && (await hasStream(nc, subscriptionOf(binding)));
  return { binding, isKept, samples, damaged };
}

/** Without JetStream nobody answers. */
async function hasStream(nc: Connection, subject: string): Promise<boolean> {
  try {
    const question = new TextEncoder().encode(JSON.stringify({ subject }));
    const { data } = await nc.request("$JS.API.STREAM.NAMES", question, { timeout: 2000 });
    const { streams } = JSON.parse(new TextDecoder().decode(data)) as { streams?: unknown[] };
    return Array.isArray(streams) && streams.length > 0;
  } catch {
    return false;
  }
}

async function publishOne(
  nc: Connection,
  { binding, isKept, samples, damaged }: MockedEvent,
  round: number,
  stamp: string,
  { choose }: EventSettings,
): Promise<void> {
  const { subject, payload } = samples[round % samples.length] as MockedEvent["samples"][number];
  const fault = choose(binding.messageType, "event");
  const body = damagedBy(fault, damaged, payload);
  const copies = fault === "duplicate" ? 2 : 1;
  for (let copy = 0; copy < copies; copy += 1) {
    // A stream would drop a copy under the same id, and no consumer would see it.
    const headers = eventHeaders(stamp, nuid.next());
    if (isKept) await nc.request(subject, body, { headers, timeout: acknowledgedWithinMs });
    else nc.publish(subject, body, { headers });
  }
}

function damagedBy(
  fault: ReturnType<FaultChoice>,
  damaged: DamagedPayloads,
  payload: Uint8Array,
): Uint8Array {
  switch (fault) {
    case "wrong-type":
      return damaged.wrongType ?? payload;
    case "malformed":
      return damaged.malformed;
    case "unknown-enum":
      return damaged.unknownEnum(payload) ?? payload;
    default:
      return payload;
  }
}

function eventHeaders(stamp: string, id: string): MessageHeaders {
  const headers = createHeaders();
  headers.set("Charter-Schema", stamp);
  headers.set("Charter-Evidence", "mock");
  headers.set("Nats-Msg-Id", id);
  return headers;
}
