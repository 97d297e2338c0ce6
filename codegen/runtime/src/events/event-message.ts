import type { DescMessage, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import type { MessageHeaders, NatsMessage } from "../connection/connection.ts";
import {
  checkExtraHeaders,
  createHeaders,
  type ExtraHeaders,
  headerNames,
} from "../connection/headers.ts";
import { type EventContract, schemaStamp } from "../contract/contract.ts";
import { checkRules, checkSubject, decode, encode } from "../payload/codec.ts";
import { headerOf } from "../payload/envelope.ts";
import { eventOpener, eventSender } from "../payload/event-coder.ts";
import type { PayloadKeys } from "../payload/payload-keys.ts";
import { prepareRules } from "../rules/validation.ts";
import { eventsOf, useRecorder } from "../usage/use-recorder.ts";

/** What comes with an event. */
export interface EventContext {
  /** The subject that the event came on. */
  readonly subject: string;
  /** `<module>@<semver>` of the stub that published it, or null when it does not say. */
  readonly schema: string | null;
  readonly headers: MessageHeaders | undefined;
}

/** An event as it travels. */
export interface OutgoingEvent {
  readonly subject: string;
  readonly payload: Uint8Array;
  readonly headers: MessageHeaders;
}

export interface WriteOptions {
  /** For events whose contract demands encryption. */
  readonly keys?: PayloadKeys | undefined;
  readonly headers?: ExtraHeaders | undefined;
  /**
   * `false` publishes events that break the rules of their contract, which every subscriber then
   * refuses: for a publisher that makes nothing else, and needs each microsecond.
   */
  readonly validate?: boolean | undefined;
}

const noHeaders: ExtraHeaders = {};

/**
 * Makes an event ready to travel. Throws `invalid_argument` for one that breaks its contract, and for
 * headers that an application may not set; `failed_precondition` where a key is missing.
 */
export function writeEvent<Desc extends DescMessage>(
  contract: EventContract<Desc>,
  event: MessageInitShape<Desc>,
  { keys, headers: extra = noHeaders, validate = true }: WriteOptions,
): OutgoingEvent {
  checkExtraHeaders(extra);
  const { message, subject, payload } = encode(contract.schema, contract.subject, event);
  if (validate) checkRules(contract.schema, message, "invalid_argument");
  const headers = createHeaders(extra);
  headers.set(headerNames.schema, schemaStamp(contract.release));
  const send = eventSender(contract, keys);
  if (send === null) return { subject, payload, headers };
  const sent = send({ payload, headers });
  return { subject, payload: sent.payload, headers: sent.headers ?? headers };
}

/**
 * Reads the events of a contract. Throws `failed_precondition` where a key is missing; what it gives
 * throws `data_loss` for an event that breaks its contract.
 */
export function eventReader<Desc extends DescMessage>(
  contract: EventContract<Desc>,
  keys: PayloadKeys | undefined,
): (received: NatsMessage) => MessageShape<Desc> {
  const open = eventOpener(contract, keys);
  prepareRules(contract.schema);
  const read = (received: NatsMessage) => {
    const message = decode(contract.schema, open(received), "data_loss");
    checkSubject(contract.subject, received, message, "data_loss");
    return message;
  };
  const record = useRecorder(eventsOf(contract));
  return record === null ? read : (received) => record.reads(read(received));
}

export function contextOf({ subject, headers }: NatsMessage): EventContext {
  return { subject, schema: headerOf(headers, headerNames.schema), headers };
}
