import { create } from "@bufbuild/protobuf";
import { expect, it } from "vitest";
import { ReadRequestSchema } from "../../testing/gen/lab/v1/cached_pb.js";
import { Level, RangSchema } from "../../testing/gen/lab/v1/lab_pb.js";
import { stalenessOf } from "./staleness.ts";

const asking = (worldId: string, tenant = "t1") =>
  create(ReadRequestSchema, { worldId, meta: { tenant } });

it.each([
  // pattern, request, subject, whether the event makes the reply stale
  ["a.v1.{world_id}", asking("w1"), "a.v1.w1", true],
  ["a.v1.{world_id}", asking("w1"), "a.v1.w2", false],
  ["a.v1.{colour}.{world_id}", asking("w1"), "a.v1.red.w1", true],
  ["a.v1.{colour}.{world_id}", asking("w1"), "a.v1.w1.red", false],
  ["a.v1.{meta.tenant}.{world_id}", asking("w1"), "a.v1.t1.w1", true],
  ["a.v1.{meta.tenant}.{world_id}", asking("w1"), "a.v1.t2.w1", false],
  ["a.v1.{colour}", asking("w1"), "a.v1.red", true],
  ["a.v1", asking("w1"), "a.v1", true],
  // No subject can hold these values, so the reply may be about any of them.
  ["a.v1.{world_id}", asking(""), "a.v1.w1", true],
  ["a.v1.{world_id}", asking("w.1"), "a.v1.w1", true],
  ["a.v1.{meta.tenant}", create(ReadRequestSchema, {}), "a.v1.t1", true],
])("stalenessOf: %s, %j, %s: %s", (pattern, request, subject, isStale) => {
  const { tagOf, tagsHit } = stalenessOf(ReadRequestSchema, pattern);
  expect(tagsHit(subject).includes(tagOf(request))).toBe(isStale);
});

it.each([
  // What an enum and an integer of the request are, and whether an event of HIGH and 7 concerns it.
  [Level.HIGH, 7n, true],
  [Level.HIGH, 8n, false],
  [Level.UNSPECIFIED, 7n, true],
  [Level.UNSPECIFIED, 8n, true],
  [Level.HIGH, 0n, true],
])("stalenessOf takes a zero for what was not said: %s, %s: %s", (level, count, isStale) => {
  const { tagOf, tagsHit } = stalenessOf(RangSchema, "a.v1.{level}.{meta.count}");
  const tag = tagOf(create(RangSchema, { level, meta: { count } }));
  expect(tagsHit("a.v1.LEVEL_HIGH.7").includes(tag)).toBe(isStale);
});

it("stalenessOf subscribes to every value", () => {
  expect(stalenessOf(ReadRequestSchema, "a.v1.{colour}.{world_id}").wildcard).toBe("a.v1.*.*");
});
