import { create, type Message, toBinary } from "@bufbuild/protobuf";
import { AckPolicy, type JsMsg, jetstreamManager } from "@nats-io/jetstream";
import { headers as createHeaders, type NatsConnection } from "@nats-io/nats-core";
import { classify, type Payload } from "../../registry/core/samples/oracle.ts";
import { type ContractUnderTest, linkSchema, messageType } from "../runner/contract.ts";
import type { RunningServices } from "./planted-fault.ts";

/** An event that a depot publishes before it is tested. */
export interface DepotEvent {
  readonly subject: string;
  readonly payload: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
}

/** What the consumer does with an event. */
export type Answer = "ack" | "term" | "nak" | "nothing";

/** What a depot can do wrong. Without any of it, it keeps its contract. */
export interface DepotFault {
  /** Changes what was published before the run. */
  publish?(correct: readonly DepotEvent[]): readonly DepotEvent[];
  /** Changes what the consumer does. */
  consume?(event: Payload, correct: Answer): Answer;
  readonly duplicateWindowMs?: number;
  /** What the stream takes beside the contract's subject. */
  readonly strays?: readonly string[];
}

export const stream = "DEPOT_EVENTS";
const subject = "depot.parcel.moved.v1";
const depots = ["d1", "d2"];
const eventsPerDepot = 10;
const second = 1_000_000_000;

/** The event of a depot. @param fields in the names of the generated code */
export function movedEvent(
  { descriptors, module, semver }: ContractUnderTest,
  fields: Readonly<Record<string, unknown>>,
  id: string,
): DepotEvent {
  const desc = messageType(linkSchema(descriptors), "depot.v1.ParcelMoved");
  const usual = { depotId: "d1", parcelId: "p-1", revision: 1n, grams: 500 };
  const message: Message = create(desc, { ...usual, ...fields });
  return {
    subject: `${subject}.${fields.depotId ?? usual.depotId}`,
    payload: toBinary(desc, message),
    headers: { "Charter-Schema": `${module}@${semver}`, "Nats-Msg-Id": id },
  };
}

/** Publishes into a stream, and consumes it, by hand, so that each can be wrong in any way. */
export async function startDepot(
  nc: NatsConnection,
  contract: ContractUnderTest,
  fault: DepotFault = {},
): Promise<RunningServices> {
  const jsm = await jetstreamManager(nc);
  await jsm.streams.add({
    name: stream,
    subjects: [`${subject}.*`, ...(fault.strays ?? [])],
    allow_direct: true,
    max_age: 3600 * second,
    duplicate_window: (fault.duplicateWindowMs ?? 120_000) * 1e6,
  });
  await jsm.streams.add({
    name: `${stream}_DEAD_LETTERS`,
    subjects: ["depot.parcel.dead.v1"],
    allow_direct: true,
  });
  await jsm.consumers.add(stream, {
    durable_name: "indexer",
    ack_policy: AckPolicy.Explicit,
    filter_subject: `${subject}.*`,
    ack_wait: 30 * second,
  });
  const events = eventsBefore(contract);
  for (const event of fault.publish?.(events) ?? events) await store(nc, event);
  const consumer = await jsm.jetstream().consumers.get(stream, "indexer");
  const desc = messageType(linkSchema(contract.descriptors), "depot.v1.ParcelMoved");
  const schema = linkSchema(contract.descriptors);
  const messages = await consumer.consume({
    callback(message) {
      const event = classify(schema, desc, message.data);
      const correct = event.kind === "valid" ? "ack" : "term";
      answer(message, fault.consume?.(event, correct) ?? correct);
    },
  });
  return {
    async stop() {
      await messages.close();
    },
  };
}

function eventsBefore(contract: ContractUnderTest): DepotEvent[] {
  return depots.flatMap((depotId) =>
    Array.from({ length: eventsPerDepot }, (_, i) =>
      movedEvent(contract, { depotId, revision: BigInt(i + 1) }, `${depotId}-${i}`),
    ),
  );
}

async function store(nc: NatsConnection, event: DepotEvent): Promise<void> {
  const headers = createHeaders();
  for (const [name, value] of Object.entries(event.headers)) headers.set(name, value);
  await nc.request(event.subject, event.payload, { headers, timeout: 5000 });
}

function answer(message: JsMsg, what: Answer): void {
  if (what === "ack") message.ack();
  if (what === "term") message.term();
  if (what === "nak") message.nak();
}
