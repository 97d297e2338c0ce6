import { type DescMessage, fromJson, type JsonValue, type Message } from "@bufbuild/protobuf";
import { classify, judge, type Payload } from "../../registry/core/samples/oracle.ts";
import type { Schema } from "../../registry/core/samples/schema.ts";
import type { Example } from "./settings.ts";

/** An example's request as the contract sees it, or why its JSON is no such message. */
export type ExampleRequest = Payload | { readonly kind: "no-message"; readonly reason: string };

/** @param seed of the UUIDs that its placeholders stand for */
export function exampleRequest(
  schema: Schema,
  input: DescMessage,
  example: Example,
  seed: number,
): ExampleRequest {
  if ("base64" in example.request) {
    return classify(schema, input, exampleBytes(example.request.base64));
  }
  const message = messageFromJson(schema, input, filled(example.request.json, uuids(seed)));
  if (typeof message === "string") return { kind: "no-message", reason: message };
  return { ...judge(schema, input, message), message };
}

export function exampleBytes(base64: string): Uint8Array {
  return new Uint8Array(Buffer.from(base64, "base64"));
}

/** A message of a contract file, or why it is none. */
export function messageFromJson(
  schema: Schema,
  desc: DescMessage,
  json: unknown,
): Message | string {
  try {
    return fromJson(desc, json as JsonValue, { registry: schema.registry });
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The same JSON with a UUID for each `{{uuid}}` in its strings. */
function filled(json: unknown, next: () => string): unknown {
  if (typeof json === "string") return json.replaceAll("{{uuid}}", next);
  if (Array.isArray(json)) return json.map((each) => filled(each, next));
  if (typeof json !== "object" || json === null) return json;
  return Object.fromEntries(Object.entries(json).map(([key, each]) => [key, filled(each, next)]));
}

/** UUIDs of version 4 from a seed: SplitMix32, Steele, Lea and Flood, OOPSLA 2014. */
function uuids(seed: number): () => string {
  let state = seed | 0;
  const word = () => {
    state = (state + 0x9e3779b9) | 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return ((z ^ (z >>> 15)) >>> 0).toString(16).padStart(8, "0");
  };
  return () => {
    const hex = word() + word() + word() + word();
    const variant = "89ab"[Number.parseInt(hex[16] ?? "0", 16) % 4];
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
  };
}
