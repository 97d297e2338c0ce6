import { describe, expect, it } from "vitest";
import type { EventBinding, StreamingBinding } from "../../core/binding/binding.ts";
import { buildSubjectIndex, type IndexedBinding, resolutionJson } from "./subject-index.ts";

const place = { file: "a.proto", line: 7 };
const release = { module: "bodybroker/world", semver: "1.4.0", digest: "sha256:0" };

const moved: EventBinding = {
  kind: "event",
  pattern: "ai.world.moved.v1.{world_id}.{meta.entity_id}",
  parameters: [],
  messageType: "bodybroker.world.v1.Moved",
  owner: "world-team",
  stream: null,
  deadLetterSubject: null,
  compression: null,
  encryption: null,
  place,
};
const infer: StreamingBinding = {
  kind: "streaming",
  pattern: "ai.model.infer.request.v1",
  parameters: [],
  messageType: "bodybroker.model.v1.InferRequest",
  replyType: "bodybroker.model.v1.Token",
  rpc: "bodybroker.model.v1.ModelService.Infer",
  queueGroup: "q.model",
  deadlineMs: 50,
  idempotency: "unknown",
  framesPattern: "ai.model.{request_id}.token.v1",
  framesParameters: [],
  idleTimeoutMs: 5000,
  compression: null,
  encryption: null,
  owner: null,
  place,
};
const bindings: IndexedBinding[] = [moved, infer].map((binding) => ({
  binding,
  subjectVersion: 2,
  digest: "sha256:1",
  release,
}));

describe("buildSubjectIndex", () => {
  const index = buildSubjectIndex(bindings);

  it.each([
    ["ai.world.moved.v1.w-1.e-2", "event", { world_id: "w-1", "meta.entity_id": "e-2" }],
    [moved.pattern, "event", {}],
    ["ai.model.infer.request.v1", "request", {}],
    ["ai.model.r1.token.v1", "frames", { request_id: "r1" }],
  ])("find and resolutionJson answer %s", (subject, role, parameters) => {
    const entry = index.find(subject);
    if (entry === null) throw new Error(`${subject} was not found`);
    const { rest, pattern } = entry;
    expect(JSON.parse(resolutionJson(subject, entry))).toEqual({
      subject,
      pattern: pattern.text,
      role,
      parameters,
      ...rest,
    });
    expect(rest.messageType).toBe(role === "frames" ? infer.replyType : rest.binding.messageType);
  });

  it.each(["ai.world.moved.v1.w-1", "ai.world.moved.v1.{other}.{meta.entity_id}"])(
    "find knows nothing of %s",
    (subject) => expect(index.find(subject)).toBeNull(),
  );

  it("gives each binding an ETag of its own", () => {
    const etags = ["ai.model.infer.request.v1", "ai.world.moved.v1.a.b"].map(
      (subject) => index.find(subject)?.etag,
    );
    expect(new Set(etags).size).toBe(2);
    expect(etags.join()).toMatch(/^"[0-9a-f]{32}","[0-9a-f]{32}"$/);
  });
});
