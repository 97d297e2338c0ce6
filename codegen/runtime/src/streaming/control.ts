import { randomUUID } from "node:crypto";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  CancelSchema,
  type StreamControl,
  StreamControlSchema,
} from "../../gen/charter/nats/v1/stream_control_pb.js";

// What the reader of frames tells the service that sends them: WIRE, "Streaming".

export type Control = StreamControl["control"];

/** How many frames a service may send before it has heard from the reader. */
export const initialWindow = 32;

/**
 * The most credit that a service keeps. A reader with more could make a handler that never waits
 * fill the memory of its service.
 */
export const maxCredit = 1024;

/** How long a reader that holds on to its frames is silent at most. */
export const keepAliveMs = 5000;

/** How long a service hears nothing before it takes the reader for gone: three keep-alives. */
export const callerSilenceMs = 15_000;

const form = /^_CHARTER\.ctl\.[A-Za-z0-9_-]{1,64}\.[A-Za-z0-9_-]{1,64}$/;

/**
 * Whether a reader may publish to a subject. The service chooses it, so a reader that publishes
 * anywhere can be made to write into streams and to API subjects with its own rights.
 */
export function isControlSubject(subject: string): boolean {
  return form.test(subject);
}

/** What a service with this id listens to. */
export function controlWildcard(instance: string): string {
  return `_CHARTER.ctl.${instance}.>`;
}

/** A subject for one call, which nobody can guess from another. */
export function newControlSubject(instance: string): string {
  return `_CHARTER.ctl.${instance}.${randomUUID()}`;
}

/** Allows the service so many frames more. None is a keep-alive. */
export function creditMessage(frames: number): Uint8Array {
  return write({ case: "credit", value: frames });
}

/** Tells the service that nobody reads any more. */
export const cancelMessage = write({ case: "cancel", value: create(CancelSchema) });

function write(control: Control): Uint8Array {
  return toBinary(StreamControlSchema, create(StreamControlSchema, { control }));
}

/** What a control message says, or null for what is none. */
export function readControl(data: Uint8Array): Control | null {
  try {
    return fromBinary(StreamControlSchema, data).control;
  } catch {
    return null;
  }
}
