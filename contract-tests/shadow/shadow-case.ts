import {
  type DescMessage,
  fromBinary,
  fromJsonString,
  type Message,
  toBinary,
  toJsonString,
} from "@bufbuild/protobuf";
import type { Schema } from "../../registry/core/samples/schema.ts";
import { type Answer, describeAnswer } from "../runner/calls/answers.ts";
import { differenceOf } from "../runner/calls/compare-replies.ts";
import type { ShadowSettings } from "../runner/settings.ts";
import type { HttpReply } from "./http-call.ts";

/** Where the two replies differ, and what each has there. */
export interface Difference {
  readonly path: string;
  readonly http: string;
  readonly nats: string;
}

/** What came of one request that was sent both ways. */
export type ShadowCase =
  /** Both granted the request with equal replies, or both refused it with the same status. */
  | { readonly kind: "equal"; readonly granted: boolean }
  | { readonly kind: "differs"; readonly difference: Difference }
  /** One of the two did not answer, so there is nothing to compare. */
  | { readonly kind: "unanswered"; readonly reason: string };

/** The body of a request and what says what it is. */
export function httpBodyOf(
  schema: Schema,
  input: DescMessage,
  message: Message,
  form: ShadowSettings["body"],
): { readonly body: Uint8Array; readonly headers: Readonly<Record<string, string>> } {
  const accept = "application/json, application/x-protobuf";
  if (form === "protobuf") {
    const headers = { "content-type": "application/x-protobuf", accept };
    return { body: toBinary(input, message), headers };
  }
  const json = toJsonString(input, message, { registry: schema.registry });
  return {
    body: new TextEncoder().encode(json),
    headers: { "content-type": "application/json", accept },
  };
}

/** Compares what came back both ways. */
export function judgeCase(
  schema: Schema,
  output: DescMessage,
  http: HttpReply,
  nats: Answer,
  { ignore, tolerance }: Pick<ShadowSettings, "ignore" | "tolerance">,
): ShadowCase {
  if (http.kind === "unanswered") return unanswered(`by HTTP ${http.reason}`);
  if (nats.kind === "timeout" || nats.kind === "no-responders") {
    return unanswered(`by NATS ${describeAnswer(nats)}`);
  }
  // An endpoint that fails by itself says nothing of what it would have answered.
  if (http.status >= 500) return unanswered(`by HTTP the status ${http.status}`);
  if (http.status >= 400) {
    return nats.kind === "error" && nats.status === http.status
      ? { kind: "equal", granted: false }
      : differs("the answer", `status ${http.status}`, describeAnswer(nats));
  }
  const reply = replyOf(schema, output, http);
  if (typeof reply === "string") return differs("the answer", reply, describeAnswer(nats));
  if (nats.kind !== "message") {
    return differs("the answer", `a ${output.typeName}`, describeAnswer(nats));
  }
  const mayDiffer = (path: string) => ignore.includes(path);
  const found = differenceOf(output, reply, nats.message, { mayDiffer, tolerance });
  return found === null
    ? { kind: "equal", granted: true }
    : differs(found.path, found.first, found.second);
}

function unanswered(reason: string): ShadowCase {
  return { kind: "unanswered", reason };
}

function differs(path: string, http: string, nats: string): ShadowCase {
  return { kind: "differs", difference: { path, http, nats } };
}

/** The message of a reply, or what is wrong with it. */
function replyOf(
  schema: Schema,
  output: DescMessage,
  { contentType, body }: Extract<HttpReply, { kind: "answered" }>,
): Message | string {
  try {
    if (/^application\/(x-)?protobuf\b/i.test(contentType)) return fromBinary(output, body);
    const text = new TextDecoder("utf-8", { fatal: true }).decode(body);
    // What the old endpoint says beside the contract is nothing that a service on NATS could say.
    const options = { registry: schema.registry, ignoreUnknownFields: true };
    return fromJsonString(output, text, options);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return `no ${output.typeName}: ${reason.slice(0, 200)}`;
  }
}
