import { createHash } from "node:crypto";
import type { DescMessage } from "@bufbuild/protobuf";
import type { Msg, MsgHdrs } from "@nats-io/nats-core";
import type { Schema } from "../../../registry/core/samples/schema.ts";
import { type Answer, readAnswer } from "../calls/answers.ts";
import { readHeaders } from "../calls/request-once.ts";

/** One message of a stream, as WIRE reads it. Nothing about it is taken for granted. */
export type Arrival =
  | {
      readonly kind: "frame";
      /** `Charter-Seq`, or null when it is missing or no number. */
      readonly seq: number | null;
      /** `Charter-Control`, or null; it may be any text. */
      readonly control: string | null;
      readonly answer: Answer;
      readonly bytes: number;
      /** Equal payloads have equal ones. */
      readonly digest: string;
    }
  /** `Charter-Eos`: the count, or null when it is no number or has a payload. */
  | { readonly kind: "eos"; readonly count: number | null }
  | { readonly kind: "error"; readonly answer: Answer }
  | { readonly kind: "no-responders" };

/** Reads a message that came where frames go. Never throws, whatever it holds. */
export function readArrival(schema: Schema, output: DescMessage, message: Msg): Arrival {
  const { data } = message;
  const headers = headersOf(message);
  if (headers?.code === 503 && data.length === 0) return { kind: "no-responders" };
  const answer = readAnswer(schema, output, { kind: "reply", payload: data, headers });
  if (headers?.has("Nats-Service-Error-Code")) return { kind: "error", answer };
  if (headers?.has("Charter-Eos")) {
    const count = data.length === 0 ? numberOf(headers.get("Charter-Eos")) : null;
    return { kind: "eos", count };
  }
  return {
    kind: "frame",
    seq: numberOf(headers?.get("Charter-Seq") ?? ""),
    control: headers?.has("Charter-Control") ? headers.get("Charter-Control") : null,
    answer,
    bytes: data.length,
    digest: createHash("sha1").update(data).digest("base64"),
  };
}

/** Undefined for headers that cannot be read, too. */
export function headersOf(message: Msg): MsgHdrs | undefined {
  return readHeaders(message).headers;
}

function numberOf(text: string): number | null {
  return /^[0-9]{1,15}$/.test(text) ? Number(text) : null;
}
