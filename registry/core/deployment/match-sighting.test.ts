import { describe, expect, it } from "vitest";
import { limits } from "../limits.ts";
import { type Declared, usesOf } from "./match-sighting.ts";
import type { SeenConsumer, SeenEndpoint, Sighting } from "./sighting.ts";
import { type DeclaredBinding, protoPackageOf, subjectMatches } from "./subject-matches.ts";

const plan: DeclaredBinding = {
  pattern: "ai.npc.plan.v1",
  module: "acme/npc",
  kind: "request",
  rpc: "acme.npc.v1.NpcService.Plan",
  messageType: "acme.npc.v1.PlanRequest",
};
const moved: DeclaredBinding = {
  pattern: "ai.world.moved.v1.{meta.world_id}",
  module: "acme/world",
  kind: "event",
  rpc: null,
  messageType: "acme.world.v1.Moved",
};
/** In release 1.0.0 of acme/npc only. */
const old: DeclaredBinding = { ...plan, pattern: "ai.npc.old.v1" };

const declared: Declared = {
  heads: subjectMatches([plan, moved]),
  release: (module, semver) =>
    module === "acme/npc" && semver === "1.0.0" ? subjectMatches([old]) : null,
  protoPackages: (module) => [`${module.replace("/", ".")}.v1`],
};

const told = { module: "acme/npc", semver: "1.2.0", digest: "sha256:1" };

function endpoint(change: Partial<SeenEndpoint> = {}): SeenEndpoint {
  return {
    participant: "npc",
    build: "7",
    instance: "a",
    subject: plan.pattern,
    evidence: "real",
    ...told,
    ...change,
  };
}

function consumer(change: Partial<SeenConsumer> = {}): SeenConsumer {
  return {
    participant: "cache",
    streamSubjects: ["ai.world.>"],
    filters: [],
    isRead: true,
    ...change,
  };
}

function seen(change: Partial<Sighting>) {
  const nothing = { found: [], problem: null };
  const sighting = { endpoints: nothing, consumers: nothing, skipped: [], ...change };
  return usesOf("prod", sighting, declared);
}

const endpoints = (...found: SeenEndpoint[]) => seen({ endpoints: { found, problem: null } }).uses;
const consumers = (...found: SeenConsumer[]) => seen({ consumers: { found, problem: null } }).uses;

describe("usesOf, endpoints", () => {
  it("takes instances of one release together, and another release apart", () => {
    expect(
      endpoints(
        endpoint(),
        endpoint({ instance: "b" }),
        endpoint({ instance: "b" }),
        endpoint({ semver: "1.3.0" }),
      ),
    ).toEqual([
      {
        environment: "prod",
        source: "observed",
        participant: "npc",
        build: "7",
        role: "serves",
        protoPackage: "acme.npc.v1",
        subject: plan.pattern,
        evidence: "real",
        instances: 2,
        ...told,
      },
      expect.objectContaining({ semver: "1.3.0", instances: 1 }),
    ]);
  });

  it.each([
    ["tells nothing", { module: null, semver: null, digest: null }],
    ["tells another module", { module: "acme/world" }],
    ["tells a module that nobody knows", { module: "acme/nowhere" }],
  ])("knows the module but no release of a service on a bound subject that %s", (_, change) => {
    expect(endpoints(endpoint(change))).toMatchObject([
      { module: "acme/npc", protoPackage: "acme.npc.v1", semver: null, digest: null },
    ]);
  });

  it("believes a release that has the subject when no head has it any more", () => {
    expect(endpoints(endpoint({ subject: old.pattern, semver: "1.0.0" }))).toMatchObject([
      { module: "acme/npc", protoPackage: "acme.npc.v1", semver: "1.0.0", subject: old.pattern },
    ]);
  });

  it("keeps what is told on a subject that nobody has bound, without a package", () => {
    expect(endpoints(endpoint({ subject: "ai.else.v1" }))).toMatchObject([
      { ...told, subject: "ai.else.v1", protoPackage: null },
    ]);
  });

  it("sees a wildcard endpoint as serving all that it meets, and one on events as a subscriber", () => {
    const uses = endpoints(endpoint({ subject: "ai.>", module: null, semver: null }));
    expect(uses.map(({ subject, role }) => [subject, role])).toEqual([
      [plan.pattern, "serves"],
      [moved.pattern, "subscribes"],
    ]);
  });
});

describe("usesOf, consumers", () => {
  it.each([
    ["without a filter", []],
    ["with a wildcard", ["ai.world.moved.>"]],
    ["with the pattern itself", ["ai.world.moved.v1.*"]],
    ["with one value", ["ai.world.moved.v1.w42"]],
  ])("knows what a consumer %s reads, and no release", (_, filters) => {
    expect(consumers(consumer({ filters }))).toEqual([
      {
        environment: "prod",
        source: "observed",
        participant: "cache",
        build: null,
        role: "subscribes",
        module: "acme/world",
        protoPackage: "acme.world.v1",
        subject: moved.pattern,
        semver: null,
        digest: null,
        evidence: "real",
        instances: 1,
      },
    ]);
  });

  it("counts a durable that nobody reads as no instance", () => {
    expect(consumers(consumer({ isRead: false }))).toMatchObject([{ instances: 0 }]);
  });

  it("does not take a wide filter for more than its stream keeps", () => {
    const narrow = { streamSubjects: ["ai.other.>"], filters: [">"] };
    expect(consumers(consumer(narrow))).toMatchObject([{ module: null, subject: ">" }]);
  });
});

it("usesOf stops where comparing would take too long, and says so", () => {
  const many = Array.from({ length: limits.matchesPerLook / 2 }, () =>
    endpoint({ subject: "ai.>", module: null }),
  );
  expect(seen({ endpoints: { found: many, problem: null } })).toMatchObject({ cut: false });
  const more = { found: [...many, endpoint()], problem: null };
  expect(seen({ endpoints: more })).toMatchObject({ cut: true });
});

it.each([
  [plan, [], "acme.npc.v1"],
  [{ ...moved, messageType: "a.b.v1.Outer.Inner" }, ["a", "a.b.v1", "a.b.v10"], "a.b.v1"],
  [{ ...moved, messageType: "a.b.v1.M" }, ["c"], null],
])("protoPackageOf %#", (binding, packages, expected) => {
  expect(protoPackageOf(binding, packages)).toBe(expected);
});
