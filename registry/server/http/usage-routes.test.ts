import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRegistryClient } from "../../api/client.ts";
import { limits } from "../../core/limits.ts";
import type { BuildUsage, SubjectUse, UsedField } from "../../core/usage/usage.ts";
import { commonModule, moduleOf, ordersModule, proto } from "../testing/protos.ts";
import { problemOf, startTestRegistry, type TestRegistry } from "../testing/test-registry.ts";

let registry: TestRegistry;

/** As many events as one build may use, and one more. */
const manyEvents = () => {
  const message = (i: number) =>
    `message M${i} { option (charter.nats.v1.event) = {subject: "acme.many.m${i}.v1.{id}"}; string id = 1; }`;
  const messages = Array.from({ length: limits.subjectsPerUsage + 1 }, (_, i) => message(i));
  return moduleOf("acme/many", {
    "acme/many/v1/many.proto": proto("acme.many.v1", messages.join("\n")),
  });
};

beforeAll(async () => {
  registry = await startTestRegistry({ token: "a-write-token-of-this-test" });
  await registry.push(commonModule(), ordersModule(), manyEvents());
  await registry.push(ordersModule("string note = 3;"));
});
afterAll(() => registry.stop());

const orderId: UsedField = { path: "order_id", numbers: [1], type: "string" };
const tenant: UsedField = { path: "meta.tenant", numbers: [1, 2], type: "string" };
const note: UsedField = { path: "note", numbers: [3], type: "string" };
const read = (...fields: UsedField[]) => ({ message: "acme.orders.v1.PlaceResponse", fields });
const sent = (...fields: UsedField[]) => ({ message: "acme.orders.v1.PlaceRequest", fields });

function use(change: Partial<SubjectUse> = {}): SubjectUse {
  const release = { module: "acme/orders", semver: "1.0.0" };
  const subject = { subject: "acme.orders.place.v1", kind: "request" } as const;
  return { ...release, ...subject, reads: read(orderId), sends: sent(tenant), ...change };
}

const ofMany = (i: number): SubjectUse => ({
  ...{ module: "acme/many", semver: "1.0.0", subject: `acme.many.m${i}.v1.{id}`, kind: "event" },
  ...{ reads: { message: `acme.many.v1.M${i}`, fields: [] }, sends: null },
});

const record = (change: Partial<BuildUsage> = {}) =>
  registry.client.recordUsage({ participant: "web", build: "1", uses: [use()], ...change });

describe("POST /v1/usages", () => {
  it("keeps what a build uses, in place of what was kept of it, over a restart", async () => {
    expect(await record({ uses: [use(), ofMany(0)] })).toEqual({ recorded: 2 });
    const later = use({ semver: "1.1.0", sends: sent(note) });
    expect(await record({ uses: [later] })).toEqual({ recorded: 1 });
    await registry.restart();
    const { usages, more } = await registry.client.usages({ participant: "web" });
    expect(more).toBe(false);
    const whose = { participant: "web", build: "1" };
    expect(usages).toEqual([{ ...whose, ...later, recordedAt: expect.any(String) }]);
    expect(Date.parse(usages[0]?.recordedAt ?? "")).toBeGreaterThan(Date.now() - 60_000);
  });

  it("asks for the write token", async () => {
    const usage = { participant: "web", build: "2", uses: [use()] };
    const problem = await problemOf(createRegistryClient({ url: registry.url }).recordUsage(usage));
    expect(problem.code).toBe("UNAUTHENTICATED");
  });

  it.each<[string, Partial<SubjectUse>, string, string]>([
    ["of a release that is not registered", { semver: "9.0.0" }, "NOT_FOUND", "acme/orders@9.0.0"],
    ["of a module that is not registered", { module: "acme/none" }, "NOT_FOUND", "acme/none@1.0.0"],
    [
      "of a subject that its release does not have",
      { subject: "acme.orders.none.v1" },
      "INVALID_REQUEST",
      "bad@1 uses acme.orders.none.v1, which acme/orders@1.0.0 does not have",
    ],
    [
      "of a field that came later",
      { sends: sent(tenant, note) },
      "INVALID_REQUEST",
      "bad@1 sends note of acme.orders.v1.PlaceRequest, which acme/orders@1.0.0 does not have",
    ],
    [
      "of a field of another type",
      { reads: read({ ...orderId, type: "bytes" }) },
      "INVALID_REQUEST",
      "as bytes; in acme/orders@1.0.0 it is string",
    ],
    [
      "of a field by another name",
      { sends: sent({ ...tenant, path: "meta.card_number" }) },
      "INVALID_REQUEST",
      "meta.card_number of acme.orders.v1.PlaceRequest, whose numbers are those of meta.tenant",
    ],
    [
      "of a field by fewer names than numbers",
      { sends: sent({ ...tenant, path: "tenant" }) },
      "INVALID_REQUEST",
      "whose numbers are those of meta.tenant",
    ],
    ["of a request that sends nothing", { sends: null }, "INVALID_REQUEST", "as request of acme"],
    ["as an event", { kind: "event", sends: null }, "INVALID_REQUEST", "as event of acme"],
  ])("refuses a use %s, says so, and keeps what it had", async (_, change, code, text) => {
    const kept = { participant: "bad", uses: [ofMany(1)] };
    await record(kept);
    const problem = await problemOf(record({ ...kept, uses: [ofMany(2), use(change)] }));
    expect(problem).toMatchObject({ code });
    expect(problem.detail).toContain(text);
    const { usages } = await registry.client.usages({ participant: "bad" });
    expect(usages).toMatchObject([{ subject: "acme.many.m1.v1.{id}" }]);
  });

  it("names every place where a use does not fit", async () => {
    const reads = read(orderId, { path: "gone", numbers: [7], type: "string" });
    const problem = await problemOf(record({ uses: [use({ reads, sends: sent(note) })] }));
    expect(problem.places).toMatchObject([
      { module: "acme/orders", message: expect.stringContaining("web@1 reads gone of") },
      { module: "acme/orders", message: expect.stringContaining("web@1 sends note of") },
    ]);
    expect(problem.detail).toContain("(and 1 more). Run its tests again");
  });

  it.each([
    ["twice", use(), "names its use of acme.orders.place.v1 of acme/orders@1.0.0 twice"],
    ["of two releases", use({ semver: "1.1.0" }), "acme/orders@1.0.0 and of acme/orders@1.1.0"],
  ])("refuses a subject %s", async (_, second, text) => {
    const problem = await problemOf(record({ participant: "twice", uses: [use(), second] }));
    expect(problem).toMatchObject({ code: "INVALID_REQUEST" });
    expect(problem.detail).toContain(text);
  });

  const field = (change: object) => ({ uses: [use({ reads: read({ ...orderId, ...change }) })] });
  const many = <T>(count: number, each: T) => Array.from({ length: count }, () => each);

  it.each<[string, object, string]>([
    ["no use at all", { uses: [] }, "/uses"],
    ["a participant that is no name", { participant: "a b" }, "/participant"],
    ["a build that is no name", { build: "1 ; rm" }, "/build"],
    ["a module that is no name", { uses: [use({ module: "../etc" })] }, "/module"],
    ["a release that is no version", { uses: [use({ semver: "1\n2" })] }, "/semver"],
    ["a subject with control characters", { uses: [use({ subject: "a\u001b[2J" })] }, "/subject"],
    [
      "a message that is no name",
      { uses: [use({ reads: { ...read(), message: "a b" } })] },
      "/message",
    ],
    ["a path with control characters", field({ path: "a\u001b[2J" }), "/path"],
    ["a path that goes too deep", field({ path: many(17, "a").join(".") }), "/path"],
    ["a type with control characters", field({ type: "\u001b" }), "/type"],
    ["no number", field({ numbers: [] }), "/numbers"],
    ["too many numbers", field({ numbers: many(17, 1) }), "/numbers"],
    ["a number that no field has", field({ numbers: [0] }), "/numbers/0"],
    ["a number that is none", field({ numbers: [1.5] }), "/numbers/0"],
    ["a kind that is none", { uses: [use({ kind: "poll" as "event" })] }, "/kind"],
    ["a member too many", { secret: 1 }, "additional"],
    [
      "too many fields",
      { uses: [use({ reads: read(...many(limits.fieldsPerUsedMessage + 1, orderId)) })] },
      "/fields",
    ],
  ])("refuses %s, and says where", async (_, change, text) => {
    const problem = await problemOf(record({ participant: "hostile", ...change }));
    expect(problem).toMatchObject({ code: "INVALID_REQUEST" });
    expect(problem.detail).toContain(text);
    expect((await registry.client.usages({ participant: "hostile" })).usages).toEqual([]);
  });

  it("takes as many subjects as a build may use, and no more", async () => {
    const uses = Array.from({ length: limits.subjectsPerUsage + 1 }, (_, i) => ofMany(i));
    const refused = await problemOf(record({ participant: "large", uses }));
    expect(refused.detail).toContain("/uses");
    const most = { participant: "large", uses: uses.slice(1) };
    expect(await record(most)).toEqual({ recorded: limits.subjectsPerUsage });
  });
});

describe("DELETE /v1/usages/{participant}", () => {
  it("forgets a build, or all of a participant, with the write token", async () => {
    const participant = "gone+1";
    for (const build of ["1", "2"]) await record({ participant, build });
    const anybody = createRegistryClient({ url: registry.url });
    const problem = await problemOf(anybody.forgetUsage({ participant }));
    expect(problem.code).toBe("UNAUTHENTICATED");
    const forget = (build: object) => registry.client.forgetUsage({ participant, ...build });
    expect(await forget({ build: "1" })).toEqual({ forgotten: 1 });
    const { usages } = await registry.client.usages({ participant });
    expect(usages).toMatchObject([{ build: "2" }]);
    expect(await forget({})).toEqual({ forgotten: 1 });
    expect(await forget({})).toEqual({ forgotten: 0 });
    expect((await problemOf(forget({ build: "a b" }))).code).toBe("INVALID_REQUEST");
  });
});

describe("GET /v1/usages", () => {
  it("gives one page, the newest first, by participant, build and module", async () => {
    const uses = Array.from({ length: limits.subjectsPerUsage }, (_, i) => ofMany(i));
    for (const build of ["b1", "b2", "b3"]) await record({ participant: "paged", build, uses });
    const all = await registry.client.usages({ participant: "paged" });
    expect(all.more).toBe(true);
    expect(all.usages).toHaveLength(limits.pageSize);
    expect(new Set(all.usages.map(({ build }) => build))).toEqual(new Set(["b3", "b2"]));
    const one = await registry.client.usages({ participant: "paged", build: "b1" });
    expect(one).toMatchObject({ more: false, usages: { length: limits.subjectsPerUsage } });
    const none = { participant: "paged", module: "acme/orders" };
    expect((await registry.client.usages(none)).usages).toEqual([]);
  });

  it.each<[object]>([
    [{ participant: "a b" }],
    [{ build: "1 2" }],
    [{ module: "orders" }],
    [{ page: "2" }],
  ])("refuses %j", async (query) => {
    expect(await problemOf(registry.client.usages(query))).toMatchObject({
      code: "INVALID_REQUEST",
    });
  });
});
