import { create, toBinary } from "@bufbuild/protobuf";
import {
  CancelSchema,
  type StreamControl,
  StreamControlSchema,
} from "../../../registry/core/gen/charter/nats/v1/stream_control_pb.js";

const control = /^_CHARTER\.ctl\.[A-Za-z0-9_-]{1,64}\.[A-Za-z0-9_-]{1,64}$/;

/**
 * Whether credit and cancellations may be sent to a subject. The service chooses it, so a reader that
 * publishes anywhere could be made to write into streams and to API subjects.
 */
export function isControlSubject(subject: string): boolean {
  return control.test(subject);
}

/** Allows the service so many frames more. */
export function creditMessage(frames: number): Uint8Array {
  return write({ case: "credit", value: frames });
}

/** Tells the service that nobody reads any more. */
export const cancelMessage = write({ case: "cancel", value: create(CancelSchema) });

function write(said: StreamControl["control"]): Uint8Array {
  return toBinary(StreamControlSchema, create(StreamControlSchema, { control: said }));
}
