import type { LawEntry } from "./law-entry.ts";

const inStream = "events with `stream` in the contract";
const consumers =
  "events in a stream that durable consumers read: those that a contract file names, or all that take every event of it";

/** The laws of what is published. */
export const eventLaws: readonly LawEntry[] = [
  {
    id: "E1",
    title: "publishes only valid events",
    promise:
      "Every event that the stream holds decodes, keeps its rules or those of the release that wrote it, has a subject that agrees with its fields, and its headers: `Charter-Schema`, and `Nats-Msg-Id` where a stream keeps it. What no stream keeps is listened to while the run goes on.",
    appliesTo: "every event whose payload is not encrypted",
    effect: "observes",
    needs: [
      "the right to publish on `$JS.API.STREAM.NAMES`, `$JS.API.STREAM.INFO.*` and `$JS.API.DIRECT.GET.*`, or `$JS.API.STREAM.MSG.GET.*` where the stream allows no direct reads; without a stream, the right to subscribe to the event",
    ],
    evidence:
      "An event that was read or heard, but for those that carry `Charter-Probe`. The stream is not touched: events are got by their sequence numbers, without a consumer. `event.last` of a contract file bounds how many.",
    minimum: 5,
    breach: {
      fault: "A publisher by hand sends JSON.",
      reported: [
        "3 of 100000 events break the contract by their sequence numbers: 41007: undecodable; 41008: string.min_len; 90000: header",
        "subject    acme.world.moved.v1.w-1",
        "hex        7b226964223a2277227d",
      ].join("\n"),
    },
    remedy:
      "Publish through the generated publisher, which validates. The sequence number shows the event: `nats stream get STREAM SEQ`.",
  },
  {
    id: "E2",
    title: "acknowledges valid events",
    promise: "A consumer acknowledges a valid event within its time.",
    appliesTo: consumers,
    effect: "observes",
    needs: [
      "the right to read consumers by `$JS.API.CONSUMER.LIST.*` and `INFO`, and what they answer on `$JS.ACK.>`",
      "an ephemeral environment to publish in; elsewhere it only looks at what the consumers have settled so far",
    ],
    evidence:
      "An event that the consumer acknowledged: a published one in an ephemeral environment.",
    minimum: 5,
    breach: {
      fault: "The handler never acknowledges.",
      reported: "the consumer indexer must acknowledge a valid event within 2000 ms",
    },
    remedy:
      "Acknowledge after the work is done; the generated subscriber does it when the handler returns.",
  },
  {
    id: "E3",
    title: "gets rid of poison",
    promise:
      "An event that cannot be handled is terminated, or goes to the dead-letter subject. It is not redelivered for ever, and later events still flow.",
    appliesTo: consumers,
    effect: "publishes",
    needs: [
      "a stream that may be written to",
      "the right to read what consumers answer on `$JS.ACK.>`, and `$JS.EVENT.ADVISORY.CONSUMER.>`",
    ],
    evidence: "A published event that is undecodable or breaks a rule, and what became of it.",
    minimum: 2,
    breach: {
      fault: "The consumer throws on what it cannot decode, and has it again after each time-out.",
      reported:
        "the consumer indexer must terminate an undecodable event; it asked for it again 3 times",
    },
    remedy:
      "Decode and validate first, and `term()` what fails. The generated subscriber does it, and hands it to the dead-letter subject.",
  },
  {
    id: "E4",
    title: "publishes an event once",
    promise: "The same `Nats-Msg-Id` twice is one event in the stream.",
    appliesTo: inStream,
    effect: "publishes",
    needs: ["a stream that may be written to"],
    evidence: "An event that was published twice with one id.",
    minimum: 3,
    breach: {
      fault: "The stream's duplicate window is off.",
      reported: "an event with a known Nats-Msg-Id must be a duplicate; ORDERS stored it again",
    },
    remedy:
      "Give the stream a duplicate window that is longer than a publisher retries: `charter stream plan` shows how it differs.",
  },
  {
    id: "E5",
    title: "keeps events of a key in order",
    promise: "The sequence field of a key's events rises by one with each.",
    appliesTo: "events for which a contract file says `ordered_by` and `sequence`",
    effect: "observes",
    needs: ["`ordered_by` and `sequence` in a contract file", "the right to read the stream"],
    evidence: "An event that has a predecessor with its key.",
    minimum: 10,
    breach: {
      fault: "Two publishers write the same world.",
      reported: "version of world_id w-1 must be 8 at sequence 412; it is 7 again",
    },
    remedy: "Publish the events of a key from one place, one after the other, each awaited.",
  },
  {
    id: "E6",
    title: "publishes the event that a request leads to",
    promise: "A granted request is followed by an event with an equal key within its time.",
    appliesTo: "rpcs for which a contract file says `flows`",
    effect: "calls",
    needs: ["`flows` in a contract file", "the right to subscribe to the event"],
    evidence: "A granted request, and the event that came.",
    minimum: 3,
    breach: {
      fault: "The event is published before the transaction, which then fails.",
      reported:
        "a granted request must lead to acme.order.placed.v1.* with order_id o-1 within 1000 ms; none came",
    },
    remedy:
      "Write the event into an outbox in the same transaction, and publish from there until it is acknowledged.",
  },
  {
    id: "E7",
    title: "acknowledges what older releases published",
    promise:
      "A consumer acknowledges an event that was valid under an older release of the same major, whichever registered minor or deployed patch that is: streams still hold it, and its publishers are still there.",
    appliesTo: `${consumers}, and whose message is another one in an older release of the same major`,
    effect: "publishes",
    needs: [
      "older releases in the registry",
      "a stream that may be written to",
      "the right to read what consumers answer on `$JS.ACK.>`",
    ],
    evidence:
      "An acknowledged event that is valid under an older release, at least five of each form that the event has had. `Charter-Schema` names that release.",
    minimum: 5,
    breach: {
      fault: "The consumer demands a field that last year's publishers do not know.",
      reported: [
        "the consumer indexer must acknowledge an event that is valid in 1.1.0 within 2000 ms",
        "came back  terminated it",
        'message    {"orderId":"o-1"}',
      ].join("\n"),
    },
    remedy:
      "Give what is missing a default. A consumer that starts anew reads the whole stream, with events of every release that wrote into it.",
  },
  {
    id: "E8",
    title: "acknowledges what newer releases publish",
    promise:
      "A consumer acknowledges a valid event with fields or enum values that the contract does not know yet, where the rules allow it; so it does with what a newer release of the same major publishes, unless a rule here forbids that.",
    appliesTo: consumers,
    effect: "publishes",
    needs: [
      "a stream that may be written to",
      "the right to read what consumers answer on `$JS.ACK.>`",
    ],
    evidence:
      "An acknowledged event with an unknown field or enum value, or of a newer release. What a consumer does not take without it either is E2's.",
    minimum: 5,
    breach: {
      fault: "The decoder is strict, and refuses field 7.",
      reported: [
        "the consumer indexer must acknowledge a valid event with an unknown field within 2000 ms",
        "came back  terminated it",
        'message    {"orderId":"o-1"}',
      ].join("\n"),
    },
    remedy:
      "Ignore fields that the code does not know, and give unknown enum values a branch. Publishers are rolled out first, and consumers read their events before they know them.",
  },
  {
    id: "D1",
    title: "uses only declared subjects",
    promise:
      "What the account's streams hold, and what its services serve, is declared by a contract.",
    appliesTo: "the whole account, when all contracts are under test",
    effect: "observes",
    needs: ["the right to ask `$SRV.INFO`, `STREAM.LIST` and `STREAM.INFO`"],
    evidence:
      "A subject that was looked at. What nobody stores or serves is not seen: nobody listens to all subjects, because callers of a service that is gone would then wait instead of being told.",
    minimum: 1,
    breach: {
      fault: "A subject is written by hand, with a typing error.",
      reported:
        "1 used subjects that no contract declares: acme.order.plcaed.v1.o-1 (17 events in ORDERS)",
    },
    remedy:
      "Publish through stubs, which fill the subject. Bind the subject where it is meant, or delete what listens to it.",
  },
  {
    id: "D2",
    title: "uses every declared subject",
    promise:
      "A bound subject has somebody who serves it, or events. It is dead when the rest of its module is served, or its stream could have kept an event for thirty days; otherwise nobody can say.",
    appliesTo: "every binding",
    effect: "observes",
    needs: ["the right to ask `$SRV.INFO` and `STREAM.INFO`"],
    evidence: "A binding that was looked for.",
    minimum: 1,
    breach: {
      fault: "A service was taken down, and its contract was left.",
      reported:
        "1 declared subjects that nobody uses: acme.order.refund.v1: nobody serves it, while acme/order is served",
    },
    remedy: "Start who should serve it, or announce its end with `charter module retire`.",
  },
];
