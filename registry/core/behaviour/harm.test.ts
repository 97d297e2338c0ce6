import { expect, it } from "vitest";
import type { Binding } from "../binding/binding.ts";
import { harmsOf } from "./harm.ts";

const base = {
  pattern: "acme.shop.buy.v1",
  parameters: [],
  messageType: "Order",
  compression: null,
  encryption: null,
  owner: null,
  place: { file: "shop.proto", line: 1 },
} as const;
const rpc = {
  ...base,
  rpc: "Shop.Buy",
  replyType: "Receipt",
  queueGroup: "q",
  deadlineMs: 5000,
  idempotency: "unknown",
} as const;
const request: Binding = { ...rpc, kind: "request", cache: null, replySubject: null };
const streaming: Binding = {
  ...rpc,
  kind: "streaming",
  framesPattern: null,
  framesParameters: [],
  idleTimeoutMs: 5000,
};
const event: Binding = { ...base, kind: "event", stream: null, deadLetterSubject: null };
const kept: Binding = { ...event, stream: { name: "SHOP", maxAgeS: 0, maxBytes: "0" } };

it.each<[what: string, old: Binding, now: Binding, harms: string[]]>([
  ["a request and its reply", request, request, ["Order tightened", "Receipt loosened"]],
  ["a request and its frames", streaming, streaming, ["Order tightened", "Receipt loosened"]],
  ["an event", event, event, ["Order loosened"]],
  ["an event in a stream", kept, kept, ["Order loosened tightened"]],
  ["an event that a stream kept", kept, event, ["Order loosened tightened"]],
  ["an event that a stream keeps now", event, kept, ["Order loosened"]],
  ["another request", request, { ...request, messageType: "Basket" }, ["Receipt loosened"]],
  ["another reply", request, { ...request, replyType: "Bill" }, ["Order tightened"]],
  ["another kind", request, streaming, []],
  ["another subject", request, { ...request, pattern: "acme.shop.order.v1" }, []],
])("harmsOf judges %s by who sends and who reads", (_, old, now, harms) => {
  const found = [...harmsOf([old], [now])].map(([type, all]) => [type, ...all].join(" "));
  expect(found).toEqual(harms);
});

it("harmsOf judges a type that travels both ways both ways", () => {
  const echo: Binding = { ...request, replyType: "Order" };
  expect([...(harmsOf([echo], [echo]).get("Order") ?? [])]).toEqual(["tightened", "loosened"]);
});
