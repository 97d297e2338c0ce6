import { expect, test } from "vitest";
import type { BindingRecord } from "../../api/schemas/subject.ts";
import type { ConsumerSetting } from "../settings-files.ts";
import { desiredConsumers, desiredStreams } from "./desired.ts";

const event = (
  pattern: string,
  stream: { name: string; maxAgeS: number; maxBytes: string } | null,
  more: Partial<BindingRecord> = {},
) => ({ pattern, stream, deadLetterSubject: null, module: "acme/a", ...more }) as BindingRecord;

const kept = { name: "KEPT", maxAgeS: 60, maxBytes: "0" };
const bindings = [
  event("a.kept.v1.{id}.{meta.zone}", kept),
  event("b.kept.v1", kept, { module: "acme/b", deadLetterSubject: "b.dead.v1" }),
  event("c.other.v1", { ...kept, name: "OTHER" }, { module: "acme/c" }),
  event("c.core.v1", null, { module: "acme/c" }),
];

test("desiredStreams joins the events of a stream, and keeps dead letters for 14 days", () => {
  expect(desiredStreams(bindings, ["acme/a"])).toEqual([
    { name: "KEPT", subjects: ["a.kept.v1.*.*", "b.kept.v1"], maxAgeS: 60, maxBytes: 0 },
    { name: "KEPT_DEAD_LETTERS", subjects: ["b.dead.v1"], maxAgeS: 1_209_600, maxBytes: 0 },
  ]);
  expect(desiredStreams(bindings, []).map(({ name }) => name)).toEqual([
    "KEPT",
    "KEPT_DEAD_LETTERS",
    "OTHER",
  ]);
});

test("desiredStreams refuses two retentions of one stream", () => {
  const taken = event("d.v1", { ...kept, name: "KEPT_DEAD_LETTERS" });
  expect(() => desiredStreams([...bindings, taken], [])).toThrow(
    expect.objectContaining({ exit: "findings", message: expect.stringContaining("1209600 s") }),
  );
});

const consumers = (...settings: readonly ConsumerSetting[]) =>
  desiredConsumers(settings, bindings, desiredStreams(bindings, ["acme/a"]));

test("desiredConsumers fills the filter from the parameters, and leaves other streams out", () => {
  const event = "a.kept.v1.{id}.{meta.zone}";
  expect(
    consumers(
      { name: "one", event, parameters: { "meta.zone": 7 }, ackWaitMs: 5000 },
      { name: "all", event, maxAckPending: 5 },
      { name: "elsewhere", event: "c.other.v1" },
    ),
  ).toEqual([
    {
      name: "one",
      stream: "KEPT",
      filter: "a.kept.v1.*.7",
      ackWaitMs: 5000,
      maxAckPending: 1000,
    },
    { name: "all", stream: "KEPT", filter: "a.kept.v1.*.*", ackWaitMs: 30_000, maxAckPending: 5 },
  ]);
});

test.each([
  ["an unknown event", { name: "x", event: "a.kept.v1" }, "Near it: b.kept.v1"],
  ["an event of no stream", { name: "x", event: "c.core.v1" }, "no stream keeps"],
  [
    "an unknown parameter",
    { name: "x", event: "a.kept.v1.{id}.{meta.zone}", parameters: { zone: "z" } },
    "a value for {zone}; the parameters of a.kept.v1.{id}.{meta.zone} are {id}, {meta.zone}",
  ],
])("desiredConsumers refuses %s", (_, setting, message) => {
  expect(() => consumers(setting)).toThrow(
    expect.objectContaining({ exit: "usage", message: expect.stringContaining(message) }),
  );
});

test("desiredConsumers refuses the same consumer twice", () => {
  const setting = { name: "x", event: "b.kept.v1" };
  expect(() => consumers(setting, setting)).toThrow("the consumer x of the stream KEPT twice");
});
