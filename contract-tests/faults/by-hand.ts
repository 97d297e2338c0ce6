import { create, toBinary } from "@bufbuild/protobuf";
import {
  headers as createHeaders,
  type Msg,
  type NatsConnection,
  nuid,
  type Subscription,
} from "@nats-io/nats-core";
import { ErrorCode, ErrorSchema } from "../../registry/core/gen/charter/nats/v1/error_pb.js";

/** What services without the runtime need on the wire, so that they can be wrong in any way. */
export interface Reply {
  readonly payload: Uint8Array;
  /** An error reply has it in its headers. */
  readonly status?: number;
}

/** An error reply as the wire wants it. */
export function errorReply(status: 400 | 500, message: string): Reply {
  const code = status === 400 ? ErrorCode.INVALID_ARGUMENT : ErrorCode.INTERNAL;
  return { status, payload: toBinary(ErrorSchema, create(ErrorSchema, { code, message })) };
}

export function send(message: Msg, { payload, status }: Reply): void {
  if (status === undefined) {
    message.respond(payload);
    return;
  }
  const headers = createHeaders();
  headers.set("Nats-Service-Error-Code", String(status));
  headers.set("Nats-Service-Error", "failed");
  message.respond(payload, { headers });
}

/** Lists one endpoint of one instance in `$SRV.INFO`. */
export function announce(
  nc: NatsConnection,
  at: { readonly name: string; readonly subject: string; readonly queueGroup: string },
): Subscription {
  const { name, subject, queueGroup } = at;
  const info = {
    type: "io.nats.micro.v1.info_response",
    id: nuid.next(),
    name,
    version: "1.0.0",
    endpoints: [{ name: "Order", subject, queue_group: queueGroup, metadata: {} }],
  };
  return nc.subscribe("$SRV.INFO", {
    callback: (_error, message) => {
      message.respond(JSON.stringify(info));
    },
  });
}
