import type { DescMessage, MessageInitShape } from "@bufbuild/protobuf";
import type { Connection } from "../connection/connection.ts";
import { fromNatsFailure } from "../connection/nats-failure.ts";
import type { EventContract, StreamPolicy } from "../contract/contract.ts";
import { publishToStream } from "../jetstream/publish-to-stream.ts";
import type { Receipt } from "../jetstream/receipt.ts";
import { beginPublishing } from "../telemetry/observe-events.ts";
import { type OutgoingEvent, type WriteOptions, writeEvent } from "./event-message.ts";

export interface PublishOptions extends WriteOptions {
  /**
   * Names an event of a stream. The stream keeps only the first of those with the same name, within
   * two minutes; without it each call is an event of its own. A core event has no use for it.
   */
  readonly id?: string | undefined;
  /**
   * How long to try to hand an event to its stream, in milliseconds. 10000 without it, which
   * outlasts the restart of a server. A core event has no use for it.
   */
  readonly deadlineMs?: number | undefined;
}

const noOptions: PublishOptions = {};

/** What `publish` resolves with: a receipt where a stream keeps the event, null otherwise. */
export type ReceiptOf<S> = S extends StreamPolicy ? Receipt : null;

/**
 * Publishes an event on the subject that its own fields give. Rejects with `invalid_argument` for an
 * event that breaks its contract, so that no subscriber has to refuse it.
 *
 * An event of a core subject reaches whoever listens; resolving only means that it is on its way.
 * One of a stream is there when the promise resolves: it is sent again, under the same id, until the
 * server acknowledges it or the deadline passes. Then it rejects with `deadline_exceeded` or
 * `unavailable`, and the event may be in the stream or not; `failed_precondition` says that no stream
 * takes it, or one that is not the contract's.
 */
export async function publish<Desc extends DescMessage, S extends StreamPolicy | null>(
  nc: Connection,
  contract: EventContract<Desc, unknown, S>,
  event: MessageInitShape<Desc>,
  options: PublishOptions = noOptions,
): Promise<ReceiptOf<S>> {
  const outgoing = writeEvent(contract, event, options);
  const operation = beginPublishing(contract, outgoing);
  const { stream } = contract;
  const send = () =>
    stream === null
      ? publishToCore(nc, outgoing)
      : publishToStream(nc, outgoing, { ...options, stream: stream.name });
  const receipt = operation === null ? send() : operation.observe(async () => send());
  return (receipt === null ? null : await receipt) as ReceiptOf<S>;
}

function publishToCore(nc: Connection, { subject, payload, headers }: OutgoingEvent): null {
  try {
    nc.publish(subject, payload, { headers });
    return null;
  } catch (error) {
    throw fromNatsFailure(error, subject);
  }
}
