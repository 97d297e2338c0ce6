import type { DescMessage, MessageInitShape } from "@bufbuild/protobuf";
import type { Connection } from "../connection/connection.ts";
import {
  checkExtraHeaders,
  createHeaders,
  type ExtraHeaders,
  headerNames,
} from "../connection/headers.ts";
import { fromNatsFailure } from "../connection/nats-failure.ts";
import { type EventContract, schemaStamp } from "../contract/contract.ts";
import { CharterError } from "../errors/charter-error.ts";
import { checkRules, encode } from "../payload/codec.ts";

export interface PublishOptions {
  readonly headers?: ExtraHeaders | undefined;
}

/**
 * Publishes an event on the subject that its own fields give. Rejects with `invalid_argument` for an
 * event that breaks its contract, so that no subscriber has to refuse it.
 *
 * An event of a core subject reaches whoever listens; resolving only means that it is on its way.
 */
export async function publish<Desc extends DescMessage>(
  nc: Connection,
  contract: EventContract<Desc>,
  event: MessageInitShape<Desc>,
  options: PublishOptions = {},
): Promise<void> {
  refuseStream(contract);
  checkExtraHeaders(options.headers ?? {});
  const { message, subject, payload } = encode(contract.schema, contract.subject, event);
  checkRules(contract.schema, message, "invalid_argument");
  const headers = createHeaders({
    ...options.headers,
    [headerNames.schema]: schemaStamp(contract.release),
  });
  try {
    nc.publish(subject, payload, { headers });
  } catch (error) {
    throw fromNatsFailure(error, subject);
  }
}

/** Throws `unimplemented` for an event that a JetStream stream keeps. */
export function refuseStream(contract: EventContract): void {
  if (contract.stream === null) return;
  throw new CharterError(
    "unimplemented",
    `${contract.schema.typeName} is kept in the stream ${contract.stream.name}, ` +
      "which this version of the runtime cannot publish to or read from",
  );
}
