import { describe, expect, it } from "vitest";
import { compileProto } from "../testing/compile-proto.ts";
import { readBindings } from "./read-bindings.ts";

const messages = `message Meta { string request_id = 1; map<string, string> labels = 2; }
message Find {
  string id = 1;
  Meta meta = 2;
  repeated Meta others = 3;
}
message Found { string id = 1; }
`;
const free = "option idempotency_level = NO_SIDE_EFFECTS;";

async function read(request: string, { level = free, reply = "Found" } = {}) {
  const { registry, paths } = await compileProto(`${messages}service Shop {
    option (charter.nats.v1.service) = {queue_group: "q.shop"};
    rpc Look(Find) returns (${reply}) {
      ${level}
      option (charter.nats.v1.request) = {subject: "acme.look.v1.{id}" ${request}};
    }
  }`);
  return readBindings(registry, paths);
}

describe.concurrent("readBindings reads", () => {
  it("how long replies are cached, what makes them stale, and what equal requests may differ in", async () => {
    const stale = 'invalidated_by: ["acme.sold.v1.{id}", "acme.closed.v1"]';
    const ignores = 'cache_ignores: ["meta.request_id", "meta.labels", "others"]';
    const { bindings, problems } = await read(`cache_ttl_ms: 500 ${stale} ${ignores}`);
    expect(problems).toEqual([]);
    expect(bindings).toMatchObject([
      {
        cache: {
          ttlMs: 500,
          invalidatedBy: ["acme.sold.v1.{id}", "acme.closed.v1"],
          ignores: ["meta.request_id", "meta.labels", "others"],
        },
      },
    ]);
  });

  it("no caching where nothing is said of it", async () => {
    expect((await read("")).bindings).toMatchObject([{ cache: null }]);
  });
});

describe.concurrent("readBindings refuses", () => {
  const cached = "cache_ttl_ms: 500";
  it.each<[string, string, Parameters<typeof read>[1], string]>([
    [
      "stale replies that are never cached",
      'invalidated_by: "a.b"',
      {},
      "cache_ttl_ms allows none",
    ],
    ["equal requests without a cache", 'cache_ignores: "meta"', {}, "cache_ttl_ms allows none"],
    ["a cache of an rpc with effects", cached, { level: "" }, "NO_SIDE_EFFECTS"],
    ["a cache of frames", cached, { reply: "stream Found" }, "with one reply"],
    ["a cache for weeks", "cache_ttl_ms: 4294967295", {}, "at most 86400000"],
    ["a wildcard that makes stale", `${cached} invalidated_by: "a.*"`, {}, "is no subject pattern"],
    ["a field that is not there", `${cached} cache_ignores: "meta.x"`, {}, "is no field of"],
    ["a field of a list", `${cached} cache_ignores: "others.request_id"`, {}, "is no field of"],
    ["a field of a map", `${cached} cache_ignores: "meta.labels.key"`, {}, "is no field of"],
    ["ignoring a parameter", `${cached} cache_ignores: "id"`, {}, '"acme.look.v1.{id}"'],
    [
      "ignoring what holds a parameter of an event",
      `${cached} cache_ignores: "meta" invalidated_by: "a.b.{meta.request_id}"`,
      {},
      'cache_ignores "meta" holds a parameter of "a.b.{meta.request_id}"',
    ],
  ])("%s", async (_what, request, options, reason) => {
    const { bindings, problems } = await read(request, options);
    expect(bindings).toEqual([]);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.message).toContain(reason);
  });
});
