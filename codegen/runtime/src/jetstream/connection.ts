import type { NatsConnection } from "@nats-io/nats-core";
import type { Connection } from "../connection/connection.ts";
import type { EventContract, StreamPolicy } from "../contract/contract.ts";
import { CharterError } from "../errors/charter-error.ts";

/**
 * A connection that JetStream can be used through. Throws `unimplemented` for one of `nats` 2.29,
 * which brings a JetStream client of its own; 3.x has it in a package.
 */
export function jetStreamConnection(nc: Connection): NatsConnection {
  if (!("jetstream" in nc)) return nc as NatsConnection;
  throw new CharterError(
    "unimplemented",
    "events of a stream need a connection of @nats-io/transport-node 3.x; this one is of nats 2.x",
  );
}

/** The stream of an event. Throws `invalid_argument` for a core event, which nothing keeps. */
export function streamOf({ schema, stream }: EventContract): StreamPolicy {
  if (stream !== null) return stream;
  throw new CharterError(
    "invalid_argument",
    `${schema.typeName} is kept in no stream; \`subscribe\` listens to it`,
  );
}
