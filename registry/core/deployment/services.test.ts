import { describe, expect, it } from "vitest";
import { type Deployment, isBuild, isEnvironment, isParticipant } from "./deployment.ts";
import { absentServices, runningServices } from "./services.ts";

function deployment(change: Partial<Deployment> = {}): Deployment {
  return {
    environment: "prod",
    participant: "npc",
    build: "7",
    role: "serves",
    module: "acme/npc",
    protoPackage: "acme.npc.v1",
    subject: "ai.npc.plan.v1",
    semver: "1.0.0",
    digest: "sha256:1",
    source: "observed",
    evidence: "real",
    instances: 1,
    firstSeen: "2026-01-02T00:00:00.000Z",
    lastSeen: "2026-01-03T00:00:00.000Z",
    missedSince: null,
    ...change,
  };
}

const digestOf = (module: string, semver: string) =>
  `${module}@${semver}` === "acme/npc@1.0.0" ? "sha256:1" : null;
const running = (...all: Deployment[]) =>
  runningServices(all, digestOf, (module) => module === "acme/npc");

describe("runningServices", () => {
  it.each([
    ["registered", {}],
    ["registered", { digest: null, source: "recorded", subject: null } as const],
    ["other_digest", { digest: "sha256:2" }],
    ["release_not_registered", { semver: "1.0.1" }],
    ["release_unknown", { semver: null, digest: null }],
    ["undeclared", { module: null, protoPackage: null }],
    ["undeclared", { module: "acme/else" }],
    ["undeclared", { protoPackage: null, subject: "ai.npc.unbound.v1" }],
  ])("says %s of %j", (state, change) => {
    expect(running(deployment(change))).toMatchObject([{ state }]);
  });

  it("takes the subjects of one release together, with the widest times", () => {
    const more = deployment({
      subject: "ai.npc.ask.v1",
      instances: 3,
      firstSeen: "2026-01-01T00:00:00.000Z",
      lastSeen: "2026-01-04T00:00:00.000Z",
    });
    expect(running(deployment(), more)).toMatchObject([
      {
        subjects: ["ai.npc.ask.v1", "ai.npc.plan.v1"],
        protoPackages: ["acme.npc.v1"],
        instances: 3,
        firstSeen: more.firstSeen,
        lastSeen: more.lastSeen,
      },
    ]);
  });

  it("keeps subjects that nobody has bound apart from those of the release", () => {
    const unbound = deployment({ protoPackage: null, subject: "ai.npc.unbound.v1" });
    expect(running(deployment(), unbound).map(({ state }) => state)).toEqual([
      "registered",
      "undeclared",
    ]);
  });

  it("calls a participant missed only when all its subjects are", () => {
    const missed = deployment({ subject: "b", missedSince: "2026-01-05T00:00:00.000Z" });
    expect(running(deployment(), missed)).toMatchObject([{ missedSince: null }]);
    expect(running(missed)).toMatchObject([{ missedSince: missed.missedSince }]);
  });

  it.each([
    ["environment", { environment: "staging" }],
    ["build", { build: "8" }],
    ["release", { semver: "1.1.0" }],
    ["source", { source: "recorded" } as const],
    ["role", { role: "calls" } as const],
  ])("keeps another %s apart", (_, change) => {
    expect(running(deployment(), deployment(change))).toHaveLength(2);
  });
});

describe("absentServices", () => {
  const rpc = (name: string, pattern: string) => ({
    module: "acme/npc",
    semver: "1.2.0",
    rpc: `acme.npc.v1.${name}`,
    pattern,
  });
  const rpcs = [rpc("NpcService.Plan", "ai.npc.plan.v1"), rpc("NpcService.Ask", "ai.npc.ask.v1")];

  it("names the service with the subjects that nobody serves", () => {
    expect(absentServices("prod", rpcs, [deployment()])).toEqual([
      {
        environment: "prod",
        module: "acme/npc",
        semver: "1.2.0",
        service: "acme.npc.v1.NpcService",
        subjects: ["ai.npc.ask.v1"],
      },
    ]);
  });

  it.each([
    ["another environment", { environment: "staging" }],
    ["a record, because the environment was looked at", { source: "recorded" } as const],
    ["a caller", { role: "calls" } as const],
  ])("does not count %s", (_, change) => {
    const subjects = absentServices("prod", rpcs, [deployment(change)])[0]?.subjects;
    expect(subjects).toEqual(["ai.npc.ask.v1", "ai.npc.plan.v1"]);
  });

  it("is silent when all is served", () => {
    const both = [deployment(), deployment({ subject: "ai.npc.ask.v1" })];
    expect(absentServices("prod", rpcs, both)).toEqual([]);
  });
});

describe("names", () => {
  it.each(["prod", "p", "eu-west-1", "a".repeat(32)])("isEnvironment takes %s", (text) => {
    expect(isEnvironment(text)).toBe(true);
  });
  it.each(["", "Prod", "1a", "a-", "a_b", "a.b", "a b", "a\n", "a".repeat(33)])(
    "isEnvironment refuses %j",
    (text) => {
      expect(isEnvironment(text)).toBe(false);
    },
  );
  it.each(["npc", "bodybroker-npc-v1-NpcService", "1.2.0-rc.1+sha~2", "a".repeat(128)])(
    "isParticipant and isBuild take %s",
    (text) => {
      expect([isParticipant(text), isBuild(text)]).toEqual([true, true]);
    },
  );
  it.each(["", "a@b", "a b", "-a", "../a", "a/b", "a\n", "\u001b[31m", "é", "a".repeat(129)])(
    "isParticipant and isBuild refuse %j",
    (text) => {
      expect([isParticipant(text), isBuild(text)]).toEqual([false, false]);
    },
  );
});
