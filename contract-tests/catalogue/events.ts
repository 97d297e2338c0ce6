import type { LawEntry } from "./law-entry.ts";

const inStream = "events with `stream` in the contract";
const consumers = "events for which a contract file names consumers";

/** The laws of what is published. */
export const eventLaws: readonly LawEntry[] = [
  {
    id: "E1",
    title: "publishes only valid events",
    promise:
      "Every event that the stream holds decodes, keeps its rules, and has a subject that agrees with its fields.",
    appliesTo: inStream,
    effect: "observes",
    needs: ["the right to read the stream by `DIRECT.GET` or an ordered consumer"],
    evidence: "An event that was read. The stream is not touched.",
    minimum: 1,
    breach: {
      fault: "A publisher by hand sends JSON.",
      reported: [
        "3 of 100000 events are not as the contract says, the first at sequence 41007: undecodable",
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
    effect: "publishes",
    needs: ["`consumers` in a contract file", "a stream that may be written to"],
    evidence: "A published event that the consumer acknowledged.",
    minimum: 5,
    breach: {
      fault: "The handler never acknowledges.",
      reported:
        "consumer indexer must acknowledge a valid event within 2000 ms; 5 of 5 are pending",
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
      "`consumers` in a contract file",
      "a stream that may be written to",
      "the right to read `$JS.EVENT.ADVISORY.CONSUMER.>`",
    ],
    evidence: "A published event that is undecodable or breaks a rule, and what became of it.",
    minimum: 2,
    breach: {
      fault: "The consumer throws on what it cannot decode, and has it again after each time-out.",
      reported: "consumer indexer must terminate an undecodable event; it was delivered 5 times",
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
      reported:
        "an event with a known Nats-Msg-Id must be a duplicate; it was stored again at sequence 7",
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
    id: "D1",
    title: "uses only declared subjects",
    promise:
      "What the account's streams hold, and what its services serve, is declared by a contract.",
    appliesTo: "the whole account",
    effect: "observes",
    needs: ["the right to ask `$SRV.INFO` and `STREAM.INFO`"],
    evidence: "A subject that was looked at. What nobody stores or serves is not seen.",
    minimum: 1,
    breach: {
      fault: "A subject is written by hand, with a typing error.",
      reported: "1 subject has no contract: acme.order.plcaed.v1.o-1 in stream ORDERS, 17 events",
    },
    remedy:
      "Publish through stubs, which fill the subject. Bind the subject where it is meant, or delete what listens to it.",
  },
  {
    id: "D2",
    title: "uses every declared subject",
    promise: "A bound subject has somebody who serves it, or events in its stream.",
    appliesTo: "every binding",
    effect: "observes",
    needs: ["the right to ask `$SRV.INFO` and `STREAM.INFO`"],
    evidence: "A binding that was looked for.",
    minimum: 1,
    breach: {
      fault: "A service was taken down, and its contract was left.",
      reported: "nobody serves acme.order.refund.v1, and nothing of it was seen",
    },
    remedy: "Start who should serve it, or announce its end with `charter module retire`.",
  },
];
