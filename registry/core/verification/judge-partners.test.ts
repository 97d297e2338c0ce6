import { describe, expect, it } from "vitest";
import type { Deployment } from "../deployment/deployment.ts";
import { deployment, question, row } from "../testing/verification.ts";
import { type DeployCheck, deployCheck } from "./deploy-check.ts";

const record = "charter deploy record web@3 --to prod --uses acme/shop@<version> --role";

function partnersOf(deployments: readonly Deployment[], rows = [row()], change = {}) {
  const check = deployCheck(question(deployments, rows, change));
  return check.partners.map(({ participant, answer, command }) => [participant, answer, command]);
}

describe("those who use what a build serves", () => {
  const event = row({ subject: "acme.shop.sold.v1.{id}", kind: "event" });

  it.each<[string, Partial<Deployment>, string, DeployCheck["answer"] | null, string | null]>([
    ["an older minor is kept", { semver: "1.0.0" }, "1.1.0", "yes", null],
    ["the same minor in another patch is kept", { semver: "1.1.1" }, "1.1.0", "yes", null],
    [
      "a newer minor may be missed",
      { semver: "1.1.0" },
      "1.0.0",
      "no",
      "npm install @acme/shop@^1.1.0",
    ],
    ["another major breaks", { semver: "1.1.0" }, "2.0.0", "no", "npm install @acme/shop@^2.0.0"],
    [
      "another subject of it is none of it",
      { semver: "1.1.0", subject: "acme.shop.give.v1" },
      "2.0.0",
      null,
      null,
    ],
    [
      "who tells no release is not known",
      { semver: null },
      "1.1.0",
      "not_known",
      `${record} calls`,
    ],
    ["a stand-in is nobody", { semver: "2.0.0", evidence: "mock" }, "1.1.0", null, null],
    [
      "another environment is none of it",
      { semver: "2.0.0", environment: "qa" },
      "1.1.0",
      null,
      null,
    ],
    ["an own older build goes", { semver: "2.0.0", participant: "shop" }, "1.1.0", null, null],
    [
      "another package is none of it",
      { semver: "2.0.0", protoPackage: "b.v1" },
      "1.1.0",
      null,
      null,
    ],
    ["a subscriber does not call", { semver: "2.0.0", role: "subscribes" }, "1.1.0", null, null],
  ])("%s", (_, user, semver, answer, command) => {
    const partners = partnersOf([deployment(user)], [row({ semver })]);
    expect(partners).toEqual(answer === null ? [] : [["web", answer, command]]);
  });

  it("keeps a caller of another major whose subject is the same", () => {
    const user = deployment({ semver: "1.1.0", subject: "acme.shop.give.v1" });
    const rows = [row({ semver: "2.0.0", subject: "acme.shop.give.v1" })];
    expect(partnersOf([user], rows)).toEqual([["web", "yes", null]]);
  });

  it("keeps a subscriber of another major whose events are the same", () => {
    const user = deployment({ role: "subscribes", semver: "1.0.0" });
    const rows = [row({ ...event, semver: "2.0.0", digest: "sha256:shop-2.0.0" })];
    expect(partnersOf([user], rows)).toEqual([["web", "yes", null]]);
  });

  it("lets consumers without a name pass, and a record tell for a consumer", () => {
    const seen = { role: "subscribes", subject: event.subject, build: null, semver: null } as const;
    const passing = deployment({ ...seen, participant: "SALES.ephemeral" });
    const durable = deployment({ ...seen });
    const told = deployment({ role: "subscribes", semver: "1.0.0" });
    expect(partnersOf([passing], [event])).toEqual([["SALES.ephemeral", "yes", null]]);
    expect(partnersOf([durable], [event])).toEqual([
      [
        "web",
        "not_known",
        "charter deploy record web@<build> --to prod --uses acme/shop@<version> --role subscribes",
      ],
    ]);
    expect(partnersOf([durable, told], [event])).toEqual([["web", "yes", null]]);
  });
});

describe("those who serve what a build calls", () => {
  const uses = deployment({ environment: "staging", participant: "shop", build: "7" });
  const pay = { module: "acme/pay", protoPackage: "acme.pay.v1", semver: "1.2.0" };
  const caller = { ...uses, ...pay };
  const provider = (change: Partial<Deployment> = {}) =>
    deployment({ ...pay, participant: "pay", role: "serves", ...change });

  it.each<[string, readonly Deployment[], boolean, DeployCheck["answer"], readonly unknown[]]>([
    ["the same release", [provider()], true, "yes", ["pay"]],
    ["a later minor", [provider({ semver: "1.3.0" })], true, "yes", ["pay"]],
    ["an older minor", [provider({ semver: "1.1.0" })], true, "no", ["pay"]],
    ["another major", [provider({ semver: "2.0.0" })], true, "no", ["pay"]],
    [
      "an older build beside a good one",
      [provider({ semver: "1.1.0" }), provider({ participant: "pay2" })],
      true,
      "yes",
      ["pay2"],
    ],
    ["one that tells no release", [provider({ semver: null })], true, "not_known", ["pay"]],
    ["nobody where all is seen", [], true, "no", [null]],
    ["nobody where nothing is seen", [], false, "not_known", [null]],
    ["only a mock", [provider({ evidence: "mock" })], true, "no", [null]],
    [
      "another package of the module",
      [provider({ protoPackage: "acme.pay.v2" })],
      true,
      "no",
      [null],
    ],
  ])("%s", (_, there, isSeen, answer, names) => {
    const check = deployCheck(question([caller, ...there], [], { isSeen }));
    expect(check.answer).toBe(answer);
    expect(check.partners.map(({ participant }) => participant)).toEqual(names);
  });

  it("asks nobody for what the build serves itself, nor for who publishes", () => {
    const own = { ...uses, role: "calls" as const, semver: "1.0.0" };
    expect(deployCheck(question([own], [row()])).partners).toEqual([]);
    const subscriber = { ...caller, role: "subscribes" as const };
    expect(deployCheck(question([subscriber], [row()])).partners).toEqual([]);
  });
});
