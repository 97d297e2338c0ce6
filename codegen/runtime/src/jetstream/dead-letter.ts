import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { DeadLetterSchema } from "../../gen/charter/nats/v1/dead_letter_pb.js";
import type { Connection, MessageHeaders, NatsMessage } from "../connection/connection.ts";
import { createHeaders, headerNames } from "../connection/headers.ts";
import { type EventContract, schemaStamp } from "../contract/contract.ts";
import { CharterError } from "../errors/charter-error.ts";
import type { Delivery } from "./delivery.ts";
import { publishToStream } from "./publish-to-stream.ts";

/** An event that a consumer gives up on, as it came. */
export interface DeadEvent {
  readonly received: NatsMessage;
  readonly delivery: Delivery;
  /** Why, for a person. */
  readonly reason: string;
}

/**
 * Puts an event on the contract's dead-letter subject, and resolves when a stream keeps it there. One
 * that does not fit beside what is said of it goes without its payload, which its stream still has.
 */
export async function publishDeadLetter(
  nc: Connection,
  contract: EventContract,
  subject: string,
  event: DeadEvent,
): Promise<void> {
  const send = (letter: MessageInitShape<typeof DeadLetterSchema>) => {
    const payload = toBinary(DeadLetterSchema, create(DeadLetterSchema, letter));
    const headers = createHeaders({ [headerNames.schema]: schemaStamp(contract.release) });
    return publishToStream(nc, { subject, payload, headers }, { stream: null, id: idOf(event) });
  };
  const letter = letterOf(event);
  try {
    await send({ ...letter, payload: event.received.data });
  } catch (error) {
    if (!(error instanceof CharterError) || error.code !== "resource_exhausted") throw error;
    await send({ ...letter, reason: `${letter.reason} (the payload is too large to show here)` });
  }
}

/** The same for each attempt, so that an event has one dead letter. */
function idOf({ delivery }: DeadEvent): string {
  return `${delivery.stream}.${delivery.consumer}.${delivery.sequence}.${delivery.takenAt}`;
}

function letterOf({ received, delivery, reason }: DeadEvent) {
  return {
    subject: received.subject,
    stream: delivery.stream,
    sequence: BigInt(delivery.sequence),
    consumer: delivery.consumer,
    deliveries: BigInt(delivery.count),
    reason,
    headers: entriesOf(received.headers),
  };
}

function entriesOf(headers: MessageHeaders | undefined): Record<string, string> {
  return Object.fromEntries(
    (headers?.keys() ?? []).map((name) => [name, headers?.get(name) ?? ""]),
  );
}
