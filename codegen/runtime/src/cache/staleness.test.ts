import { create } from "@bufbuild/protobuf";
import { expect, it } from "vitest";
import { ReadRequestSchema } from "../../testing/gen/lab/v1/cached_pb.js";
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

it("stalenessOf subscribes to every value", () => {
  expect(stalenessOf(ReadRequestSchema, "a.v1.{colour}.{world_id}").wildcard).toBe("a.v1.*.*");
});
