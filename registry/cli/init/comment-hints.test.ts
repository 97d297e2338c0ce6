import { describe, expect, it } from "vitest";
import { type CommentHints, readComment } from "./comment-hints.ts";

describe("readComment", () => {
  it.each<[string, Partial<CommentHints>]>([
    ["subject: svc.quest.v1.generate", { subject: "svc.quest.v1.generate" }],
    [
      "NATS: svc.npc.v1.plan (queue: npc-workers)",
      { subject: "svc.npc.v1.plan", queueGroup: "npc-workers" },
    ],
    ["Subject `svc.inventory.v1.give`.", { subject: "svc.inventory.v1.give" }],
    ["Makes a quest.\nsvc.quest.v1.list", { subject: "svc.quest.v1.list" }],
    ["published on evt.quest.v1.done.<quest_id>", { subject: "evt.quest.v1.done.<quest_id>" }],
    ["is sent to evt.a.$userId.x", { subject: "evt.a.$userId.x" }],
    ["topic = a.b.*", { subject: "a.b.*" }],
    [
      "reply subject: svc.a.v1.answered\nsubject: svc.a.v1.ask",
      { subject: "svc.a.v1.ask", replySubject: "svc.a.v1.answered" },
    ],
    ["NATS subject prefix: svc.mm.v1", { prefix: "svc.mm.v1", subject: null }],
    [
      "owner: quest-team, queue group = quest-workers",
      { owner: "quest-team", queueGroup: "quest-workers" },
    ],
    ["timeout 250ms", { deadlineMs: 250 }],
    ["deadline: 2s", { deadlineMs: 2000 }],
    ["JetStream: player-events, retention: 7d", { stream: "PLAYER_EVENTS", maxAgeS: 604_800 }],
    ["stream: A, kept for 90 minutes", { stream: "A", maxAgeS: 5400 }],
  ])("reads %j", (comment, expected) => {
    expect(readComment(comment)).toMatchObject(expected);
  });

  it.each([
    "goes over NATS, ask Jana for the subjects",
    "see quest/quest.proto",
    "subject e.g. the player",
    "needs NATS 2.10 or v2.10.1",
    "topic: chat.proto",
    "queue groups by convention; the team that owns this is unknown",
    "a stream of frames, with a timeout",
    "v1.0",
    "",
  ])("reads nothing from %j", (comment) => {
    expect(Object.values(readComment(comment)).filter((each) => each !== null)).toEqual([]);
  });
});
