import { describe, expect, it } from "vitest";
import type { Binding, EventBinding, RequestBinding, StreamingBinding } from "./binding.ts";
import { compareBindings } from "./compare-bindings.ts";

const rpcBase = {
  parameters: [],
  messageType: "p.Order",
  replyType: "p.Receipt",
  owner: "shop-team",
  place: { file: "p.proto", line: 7 },
  queueGroup: "q.shop",
  deadlineMs: 50,
  idempotency: "idempotent",
  compression: null,
  encryption: null,
} as const;
const request: RequestBinding = {
  ...rpcBase,
  kind: "request",
  pattern: "a.buy.v1",
  rpc: "p.Shop.Buy",
  replySubject: null,
  cache: null,
};
const mirrored: RequestBinding = { ...request, replySubject: "a.bought.v1" };
const streaming: StreamingBinding = {
  ...rpcBase,
  kind: "streaming",
  pattern: "a.watch.v1",
  rpc: "p.Shop.Watch",
  framesPattern: "a.seen.v1",
  framesParameters: [],
  idleTimeoutMs: 5000,
};
const event: EventBinding = {
  kind: "event",
  pattern: "a.sold.v1",
  parameters: [],
  messageType: "p.Sold",
  owner: null,
  place: { file: "p.proto", line: 9 },
  stream: { name: "SHOP", maxAgeS: 300, maxBytes: "1000" },
  deadLetterSubject: null,
  compression: null,
  encryption: null,
};
const core: EventBinding = { ...event, stream: null };
const kept = (maxAgeS: number, maxBytes: string): EventBinding => ({
  ...event,
  stream: { name: "SHOP", maxAgeS, maxBytes },
});
const other: RequestBinding = { ...request, pattern: "a.ask.v1", rpc: "p.Shop.Ask" };

const rules = (before: readonly Binding[], after: readonly Binding[]) =>
  compareBindings(before, after).map((change) => `${change.rule} ${change.element}`);

describe("compareBindings finds", () => {
  it.each<[string, Binding[], Binding[], string[]]>([
    ["a subject that is gone", [request, event], [event], ["BINDING_SUBJECT_NO_DELETE p.Shop.Buy"]],
    [
      "a subject that moved",
      [request],
      [{ ...request, pattern: "a.order.v1" }],
      ["BINDING_SUBJECT_SAME p.Shop.Buy"],
    ],
    [
      "another parameter",
      [event],
      [{ ...event, pattern: "a.sold.v1.{id}" }],
      ["BINDING_SUBJECT_SAME p.Sold"],
    ],
    [
      "two rpcs that changed places",
      [request, other],
      [
        { ...request, pattern: other.pattern },
        { ...other, pattern: request.pattern },
      ],
      ["BINDING_SUBJECT_SAME p.Shop.Buy", "BINDING_SUBJECT_SAME p.Shop.Ask"],
    ],
    [
      "an rpc that took over another's subject",
      [request, other],
      [{ ...request, pattern: other.pattern }],
      ["BINDING_SUBJECT_SAME p.Shop.Buy"],
    ],
    [
      "a subject that moved while another rpc took it over",
      [request],
      [
        { ...request, pattern: "a.order.v1" },
        { ...other, pattern: request.pattern },
      ],
      ["BINDING_SUBJECT_SAME p.Shop.Buy"],
    ],
    [
      "another kind, and nothing else",
      [request],
      [{ ...streaming, pattern: request.pattern, rpc: request.rpc, deadlineMs: 1 }],
      ["BINDING_KIND_SAME p.Shop.Buy"],
    ],
    [
      "an event where a request was",
      [request],
      [{ ...event, pattern: request.pattern }],
      ["BINDING_KIND_SAME p.Shop.Buy"],
    ],
    [
      "another message",
      [request],
      [{ ...request, messageType: "p.Order2" }],
      ["BINDING_TYPE_SAME p.Shop.Buy"],
    ],
    [
      "another message of an event's subject",
      [event],
      [{ ...event, messageType: "p.Sold2" }],
      ["BINDING_TYPE_SAME p.Sold"],
    ],
    [
      "another reply",
      [streaming],
      [{ ...streaming, replyType: "p.Frame" }],
      ["BINDING_TYPE_SAME p.Shop.Watch"],
    ],
    [
      "another queue group",
      [request],
      [{ ...request, queueGroup: "q" }],
      ["BINDING_QUEUE_GROUP_SAME p.Shop.Buy"],
    ],
    [
      "a shorter deadline",
      [request],
      [{ ...request, deadlineMs: 49 }],
      ["BINDING_DEADLINE_NO_SHORTEN p.Shop.Buy"],
    ],
    [
      "weaker idempotency",
      [request],
      [{ ...request, idempotency: "unknown" }],
      ["BINDING_IDEMPOTENCY_NO_WEAKEN p.Shop.Buy"],
    ],
    [
      "side effects",
      [{ ...request, idempotency: "no_side_effects" }],
      [request],
      ["BINDING_IDEMPOTENCY_NO_WEAKEN p.Shop.Buy"],
    ],
    [
      "a reply subject that moved",
      [mirrored],
      [{ ...mirrored, replySubject: "a.b.v1" }],
      ["BINDING_REPLY_SUBJECT_SAME p.Shop.Buy"],
    ],
    [
      "a reply subject that is gone",
      [mirrored],
      [request],
      ["BINDING_REPLY_SUBJECT_SAME p.Shop.Buy"],
    ],
    [
      "frames that moved",
      [streaming],
      [{ ...streaming, framesPattern: "a.b.v1" }],
      ["BINDING_FRAMES_SUBJECT_SAME p.Shop.Watch"],
    ],
    [
      "frames that went to the inbox",
      [streaming],
      [{ ...streaming, framesPattern: null }],
      ["BINDING_FRAMES_SUBJECT_SAME p.Shop.Watch"],
    ],
    [
      "frames that came from the inbox",
      [{ ...streaming, framesPattern: null }],
      [streaming],
      ["BINDING_FRAMES_SUBJECT_SAME p.Shop.Watch"],
    ],
    [
      "another stream, whatever it keeps",
      [event],
      [{ ...event, stream: { name: "B", maxAgeS: 1, maxBytes: "1" } }],
      ["BINDING_STREAM_SAME p.Sold"],
    ],
    ["a stream that is gone", [event], [core], ["BINDING_STREAM_SAME p.Sold"]],
    ["a stream where none was", [core], [event], ["BINDING_STREAM_SAME p.Sold"]],
    [
      "messages kept for less long",
      [event],
      [kept(299, "1000")],
      ["BINDING_RETENTION_NO_SHORTEN p.Sold"],
    ],
    ["an age where none was", [kept(0, "1000")], [event], ["BINDING_RETENTION_NO_SHORTEN p.Sold"]],
    ["a smaller stream", [event], [kept(300, "999")], ["BINDING_RETENTION_NO_SHORTEN p.Sold"]],
    ["a size where none was", [kept(300, "0")], [event], ["BINDING_RETENTION_NO_SHORTEN p.Sold"]],
    [
      "a size that is smaller beyond 2^53",
      [kept(300, "9007199254740993")],
      [kept(300, "9007199254740992")],
      ["BINDING_RETENTION_NO_SHORTEN p.Sold"],
    ],
    [
      "age and size",
      [event],
      [kept(1, "1")],
      ["BINDING_RETENTION_NO_SHORTEN p.Sold", "BINDING_RETENTION_NO_SHORTEN p.Sold"],
    ],
  ])("%s", (_what, before, after, expected) => {
    expect(rules(before, after)).toEqual(expected);
  });

  it("where, and what was before and is after", () => {
    const moved = { ...request, queueGroup: "q", place: { file: "new.proto", line: 12 } };
    expect(compareBindings([request], [moved])).toEqual([
      {
        rule: "BINDING_QUEUE_GROUP_SAME",
        message: 'p.Shop.Buy: the queue group on "a.buy.v1" changed from "q.shop" to "q".',
        element: "p.Shop.Buy",
        place: { side: "proposal", file: "new.proto", line: 12, column: 1 },
        before: "q.shop",
        after: "q",
      },
    ]);
    expect(compareBindings([request], [])).toMatchObject([
      { place: { side: "baseline", file: "p.proto", line: 7 }, before: "a.buy.v1", after: null },
    ]);
  });
});

describe("compareBindings finds nothing in", () => {
  it.each<[string, Binding[], Binding[]]>([
    ["the same", [request, streaming, event], [request, streaming, event]],
    ["another order", [request, streaming, event], [event, request, streaming]],
    ["a subject more", [request], [request, event]],
    ["the first subjects", [], [request, event]],
    [
      "another place and team",
      [request],
      [{ ...request, owner: null, place: { file: "b.proto", line: 1 } }],
    ],
    ["an rpc with another name on its subject", [request], [{ ...request, rpc: "p.Shop.Order" }]],
    ["a longer deadline", [request], [{ ...request, deadlineMs: 51 }]],
    ["stronger idempotency", [{ ...request, idempotency: "unknown" }], [request]],
    ["no side effects any more", [request], [{ ...request, idempotency: "no_side_effects" }]],
    ["a reply subject beside", [request], [mirrored]],
    ["messages kept for longer", [event], [kept(301, "1001")]],
    ["messages kept for ever", [event], [kept(0, "0")]],
  ])("%s", (_what, before, after) => {
    expect(rules(before, after)).toEqual([]);
  });
});
