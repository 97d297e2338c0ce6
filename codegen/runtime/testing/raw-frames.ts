import { create, toBinary } from "@bufbuild/protobuf";
import type { NatsMessage } from "../src/connection/connection.ts";
import { createHeaders, type ExtraHeaders } from "../src/connection/headers.ts";
import { readControl } from "../src/streaming/control.ts";
import type { TestConnection } from "./connections.ts";
import { CountResponseSchema } from "./gen/lab/v1/frames_pb.js";
import { collect } from "./lab-server.ts";

// Services of frames that are written by hand, to do what no service made with Charter does.

/** One message that a service sends. */
export interface RawMessage {
  readonly headers?: ExtraHeaders;
  readonly payload?: Uint8Array;
}

export const control = "_CHARTER.ctl.raw.1";

export const payloadOf = (number: number) =>
  toBinary(CountResponseSchema, create(CountResponseSchema, { number }));

/** A frame that is as it should be. */
export function frame(seq: number): RawMessage {
  const first = seq === 0 ? { "Charter-Control": control } : {};
  return { headers: { "Charter-Seq": String(seq), ...first }, payload: payloadOf(seq) };
}

export const frames = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => frame(from + index));

export const end = (count: number | string): RawMessage => ({
  headers: { "Charter-Eos": String(count) },
});

export function send(nc: TestConnection, to: string, messages: readonly RawMessage[]): void {
  for (const { headers, payload = new Uint8Array() } of messages) {
    nc.publish(to, payload, headers === undefined ? {} : { headers: createHeaders(headers) });
  }
}

/** Answers each request with what `answer` sends. */
export async function serveRaw(
  nc: TestConnection,
  subject: string,
  answer: (request: NatsMessage) => void,
): Promise<void> {
  nc.subscribe(subject, { callback: (_, request) => answer(request) });
  await nc.flush();
}

/** Collects what readers say: `credit 16`, `cancel`. */
export async function collectControls(
  nc: TestConnection,
  subject = "_CHARTER.ctl.>",
): Promise<() => string[]> {
  const messages = await collect(nc, subject);
  return () =>
    messages.map(({ data }) => {
      const said = readControl(data);
      return said?.case === "credit" ? `credit ${said.value}` : String(said?.case);
    });
}
