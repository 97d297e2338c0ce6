import { describe, expect, it } from "vitest";
import type { Deployment } from "../deployment/deployment.ts";
import { deployment, keptUse, question, row } from "../testing/verification.ts";
import type { KeptUse } from "../usage/usage.ts";
import { type DeployCheck, deployCheck } from "./deploy-check.ts";

describe("judgeProviders by versions", () => {
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

describe("judgeProviders by what the build's tests showed", () => {
  const usage = "charter contract usage usage/*.usage.json --publish --build 3";
  const give = { subject: "acme.shop.give.v1", semver: "1.1.0" };
  const shop = (change: Partial<Deployment> = {}) =>
    deployment({ participant: "shop", build: "7", role: "serves", ...change });

  /** May web@3 go to prod, as lines. */
  function saidOf(
    there: readonly Deployment[],
    usages: readonly KeptUse[],
    change: Parameters<typeof question>[2] = {},
  ): readonly string[] {
    const build = { participant: "web", build: "3" };
    const check = deployCheck(question(there, [], { build, usages, ...change }));
    const { unknown, partners, answer } = check;
    return [
      answer,
      ...(unknown === null ? [] : [`${unknown.reason} | ${unknown.command}`]),
      ...partners.map(({ participant, theirs, ours, reason, command, ...partner }) =>
        [
          `${participant} ${theirs} ${ours}`,
          partner.answer,
          reason,
          ...(command === null ? [] : [command]),
        ].join(" | "),
      ),
    ];
  }

  it.each<[string, readonly Deployment[], readonly KeptUse[], readonly string[]]>([
    [
      "it tells what the build calls",
      [shop()],
      [keptUse(["id", "total"])],
      [
        "yes",
        "shop 1.0.0 1.0.0 | yes | 1.0.0 keeps what 1.0.0 promised, and has all that the build uses: 2 fields on 1 subject.",
      ],
    ],
    [
      "an older provider that has all is a yes",
      [shop({ semver: "1.0.0" })],
      [keptUse(["id"], { semver: "1.2.0" })],
      ["yes", "shop 1.0.0 1.2.0 | yes | 1.0.0 has all that the build uses: 1 field on 1 subject."],
    ],
    [
      "an older provider that lacks something goes first",
      [shop({ semver: "1.1.0" })],
      [keptUse(["note"], { semver: "1.2.0" })],
      [
        "no",
        "shop 1.1.0 1.2.0 | no | The build reads note of Receipt, which 1.1.0 does not have. A build that serves 1.2.0 goes first. | charter deploy matrix --module acme/shop",
      ],
    ],
    [
      "a newer provider that lacks something is for the build to follow",
      [shop({ semver: "1.2.0" })],
      [keptUse(["total"])],
      [
        "no",
        "shop 1.2.0 1.0.0 | no | The build reads total of Receipt, which 1.2.0 does not have. Make the build with 1.2.0. | npm install @acme/shop@^1.2.0",
      ],
    ],
    [
      "each subject wants somebody, and one who has what it needs will do",
      [
        shop({ semver: "1.0.0", subject: "acme.shop.buy.v1" }),
        shop({ semver: "1.1.0", subject: "acme.shop.give.v1", participant: "gifts" }),
        shop({ semver: "2.0.0", subject: "acme.shop.buy.v1", participant: "next" }),
      ],
      [keptUse(["total"], { semver: "1.1.0" }), keptUse(["id"], give)],
      [
        "yes",
        "shop 1.0.0 1.1.0 | yes | 1.0.0 has all that the build uses: 1 field on 1 subject.",
        "gifts 1.1.0 1.1.0 | yes | 1.1.0 keeps what 1.1.0 promised, and has all that the build uses: 1 field on 1 subject.",
      ],
    ],
    [
      "a provider is asked once for all that it serves",
      [shop({ semver: "1.1.0" })],
      [keptUse(["id", "total"], { semver: "1.1.0" }), keptUse(["id"], give)],
      [
        "yes",
        "shop 1.1.0 1.1.0 | yes | 1.1.0 keeps what 1.1.0 promised, and has all that the build uses: 3 fields on 2 subjects.",
      ],
    ],
    [
      "a subject that nobody serves is a no",
      [shop({ semver: "1.1.0", subject: "acme.shop.buy.v1" })],
      [keptUse(["id"], { semver: "1.1.0" }), keptUse(["id"], give)],
      [
        "no",
        "shop 1.1.0 1.1.0 | yes | 1.1.0 keeps what 1.1.0 promised, and has all that the build uses: 1 field on 1 subject.",
        "null null 1.1.0 | no | The build calls acme.shop.give.v1 of acme/shop@1.1.0, and nobody serves it in prod. | charter deploy matrix --module acme/shop",
      ],
    ],
    [
      "who tells no release is not known",
      [shop({ semver: null })],
      [keptUse(["id"])],
      [
        "not_known",
        "shop null 1.0.0 | not_known | It does not tell the release of acme/shop that it serves. | charter deploy record shop@7 --to prod --uses acme/shop@<version> --role serves",
      ],
    ],
    [
      "a release that is not registered goes by its version",
      [shop({ semver: "0.9.0" })],
      [keptUse(["id"])],
      [
        "no",
        "shop 0.9.0 1.0.0 | no | The build uses 1.0.0, and 0.9.0 is served. A build that serves 1.0.0 goes first. | charter deploy matrix --module acme/shop",
      ],
    ],
    [
      "who only subscribes is judged by a publisher",
      [shop({ role: "publishes", semver: "2.0.0" })],
      [keptUse(["id"], { subject: "acme.shop.sold.v1.{id}", kind: "event" })],
      ["yes", "shop 2.0.0 1.0.0 | yes | 2.0.0 has all that the build uses: 1 field on 1 subject."],
    ],
    [
      "who only subscribes is not known without one",
      [],
      [keptUse(["id"], { subject: "acme.shop.sold.v1.{id}", kind: "event" })],
      [
        "not_known",
        "web@3 only subscribes, and nobody is known to publish in prod what it subscribes to. | charter deploy record <participant>@<build> --to prod --uses acme/shop@1.0.0 --role publishes",
      ],
    ],
    [
      "the use of another build says nothing",
      [shop()],
      [keptUse(["id"], { build: "2" })],
      [
        "not_known",
        "Nothing is known of web@3: no test of it is published, and it is neither seen nor recorded anywhere. What only calls others is judged by its published use, or with --uses. | charter contract test --publish --participant web --build 3 --environment ci",
      ],
    ],
  ])("%s", (_, there, usages, lines) => {
    expect(saidOf(there, usages)).toEqual(lines);
  });

  it("takes the place of what is told and recorded of the same module, and of nothing else", () => {
    const uses = [{ module: "acme/shop", semver: "1.2.0" }];
    const recorded = deployment({ environment: "qa", semver: "1.2.0" });
    const there = [shop(), recorded];
    const by = "A build that serves 1.2.0 goes first, or publish what web uses, if 1.0.0 has all";
    const version = `shop 1.0.0 1.2.0 | no | The build uses 1.2.0, and 1.0.0 is served. ${by} of it. | ${usage}`;
    expect(saidOf(there, [], { uses })).toEqual(["no", version]);
    expect(saidOf(there, [keptUse(["id"])], { uses })).toEqual([
      "yes",
      "shop 1.0.0 1.0.0 | yes | 1.0.0 keeps what 1.0.0 promised, and has all that the build uses: 1 field on 1 subject.",
    ]);
    const other = keptUse(["id"], { module: "acme/pay" });
    expect(saidOf(there, [other], { uses })[0]).toBe("no");
    expect(saidOf(there, [other], { uses })).toContain(version);
    const event = keptUse(["id"], { subject: "acme.shop.sold.v1.{id}", kind: "event" });
    expect(saidOf(there, [event], { uses })).toEqual(["no", version]);
  });

  it("asks nobody for what the build serves itself, and has all of", () => {
    const build = { participant: "shop", build: "7" };
    const own = keptUse(["id"], build);
    const nobody = "no | The build calls acme.shop.buy.v1 of acme/shop@1.0.0, and nobody serves it";
    const partnersOf = (usages: readonly KeptUse[]) =>
      deployCheck(question([], [row({ semver: "2.0.0" })], { usages })).partners.map(
        ({ answer, reason }) => `${answer} | ${reason}`,
      );
    expect(partnersOf([own])).toEqual([]);
    expect(partnersOf([keptUse(["total"], build)])).toEqual([`${nobody} in prod.`]);
  });

  it("is asked of who called before and is not known now", () => {
    const { unknown } = deployCheck(
      question([deployment({ build: "2" })], [], { build: { participant: "web", build: "3" } }),
    );
    expect(unknown?.command).toBe(usage);
  });
});
