import { describe, expect, it } from "vitest";
import type { Deployment } from "../deployment/deployment.ts";
import { limits } from "../limits.ts";
import { deployment, keptUse, question, row } from "../testing/verification.ts";
import type { KeptUse } from "../usage/usage.ts";
import { type DeployCheck, deployCheck } from "./deploy-check.ts";

const record = "charter deploy record web@3 --to prod --uses acme/shop@<version> --role";
const usage = "charter contract usage usage/*.usage.json --publish --build 3";

function partnersOf(deployments: readonly Deployment[], rows = [row()], change = {}) {
  const check = deployCheck(question(deployments, rows, change));
  return check.partners.map(({ participant, answer, command }) => [participant, answer, command]);
}

describe("judgeUsers by versions", () => {
  const event = row({ subject: "acme.shop.sold.v1.{id}", kind: "event" });

  it.each<[string, Partial<Deployment>, string, DeployCheck["answer"] | null, string | null]>([
    ["an older minor is kept", { semver: "1.0.0" }, "1.1.0", "yes", null],
    ["the same minor in another patch is kept", { semver: "1.1.1" }, "1.1.0", "yes", null],
    ["a newer minor may be missed", { semver: "1.1.0" }, "1.0.0", "no", usage],
    ["another major breaks", { semver: "1.1.0" }, "2.0.0", "no", usage],
    [
      "whose build is not told can publish no use",
      { semver: "1.1.0", build: null },
      "2.0.0",
      "no",
      "npm install @acme/shop@^2.0.0",
    ],
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

/** What is said of each user, as one line. */
function saidOf(
  deployments: readonly Deployment[],
  usages: readonly KeptUse[],
  rows = [row()],
): readonly string[] {
  const { partners } = deployCheck(question(deployments, rows, { usages }));
  return partners.map(({ participant, build, theirs, answer, reason, command, use }) =>
    [
      `${participant}@${build} ${theirs}`,
      answer,
      ...(use === null ? [] : [`${use.fields}/${use.lacking}`]),
      reason,
      ...(command === null ? [] : [command]),
    ].join(" | "),
  );
}

describe("judgeUsers by what tests showed", () => {
  const give = { subject: "acme.shop.give.v1" };
  const sold = { subject: "acme.shop.sold.v1.{id}", kind: "event" } as const;

  it.each<[string, Partial<Deployment>, readonly KeptUse[], string, string]>([
    [
      "what is gone in the same major is a no, and is named",
      {},
      [keptUse(["id", "total"])],
      "1.2.0",
      "web@3 1.0.0 | no | 2/1 | It reads total of Receipt, which 1.2.0 does not have. Move web to 1.2.0 first. | npm install @acme/shop@^1.2.0",
    ],
    [
      "three fields are named, and the others counted",
      {},
      [keptUse(["total", "b", "c", "d", "e"])],
      "2.0.0",
      "web@3 1.0.0 | no | 5/5 | It reads total of Receipt, which 2.0.0 does not have. It reads b of Receipt, which 2.0.0 does not have. It reads c of Receipt, which 2.0.0 does not have. And 2 more. Move web to 2.0.0 first. | npm install @acme/shop@^2.0.0",
    ],
    [
      "another major that has all is a yes",
      {},
      [keptUse(["id"])],
      "2.0.0",
      "web@3 1.0.0 | yes | 1/0 | 2.0.0 has all that it uses: 1 field on 1 subject.",
    ],
    [
      "an older minor that has all is a yes",
      { semver: "1.2.0" },
      [keptUse(["id"], { semver: "1.2.0" })],
      "1.1.0",
      "web@3 1.2.0 | yes | 1/0 | 1.1.0 has all that it uses: 1 field on 1 subject.",
    ],
    [
      "an older minor that lacks something is a no, for the build to move",
      { semver: "1.2.0" },
      [keptUse(["note"], { semver: "1.2.0" })],
      "1.1.0",
      "web@3 1.2.0 | no | 1/1 | It reads note of Receipt, which 1.1.0 does not have. Move the build to 1.2.0 first. | npm install @acme/shop@^1.2.0",
    ],
    [
      "what versions cover says what was compared, too",
      {},
      [keptUse(["id", "total"])],
      "1.1.0",
      "web@3 1.0.0 | yes | 2/0 | 1.1.0 keeps what 1.0.0 promised, and has all that it uses: 2 fields on 1 subject.",
    ],
    [
      "it tells the release of who tells none",
      { semver: null },
      [keptUse(["total"])],
      "2.0.0",
      "web@3 1.0.0 | no | 1/1 | It reads total of Receipt, which 2.0.0 does not have. Move web to 2.0.0 first. | npm install @acme/shop@^2.0.0",
    ],
    [
      "subjects that the build does not serve are none of it",
      { semver: "1.1.0" },
      [keptUse(["price"], { ...give, semver: "1.1.0" })],
      "2.0.0",
      "web@3 1.1.0 | yes | 0/0 | Its tests use none of the subjects that the build serves.",
    ],
    [
      "the use of another build says nothing",
      {},
      [keptUse(["id"], { build: "2" })],
      "2.0.0",
      `web@3 1.0.0 | no | It uses 1.0.0, and the build serves 2.0.0, another major. Move web to 2.0.0 first, or publish what web uses, if 2.0.0 has all of it. | ${usage}`,
    ],
    [
      "the events that it reads say nothing of what it calls",
      { semver: null },
      [keptUse(["id"], { ...sold, semver: "1.1.0" })],
      "1.1.0",
      "web@3 1.1.0 | yes | 1.1.0 keeps what 1.1.0 promised.",
    ],
    [
      "a release that is not registered is held against nothing",
      {},
      [keptUse(["id"])],
      "1.9.0",
      "web@3 1.0.0 | yes | 1.9.0 keeps what 1.0.0 promised.",
    ],
  ])("%s", (_, user, usages, semver, line) => {
    expect(saidOf([deployment(user)], usages, [row({ semver })])).toEqual([line]);
  });

  it("says nothing of a subject on which a user is seen and its tests never were", () => {
    const seen = deployment({ role: "subscribes", subject: sold.subject, semver: null });
    const other = keptUse(["id"], { ...sold, subject: "acme.shop.moved.v1", semver: "1.1.0" });
    const event = (semver: string) => row({ ...sold, semver });
    expect(saidOf([seen], [other], [event("1.1.0")])).toEqual([
      "web@3 1.1.0 | yes | 1.1.0 keeps what 1.1.0 promised.",
    ]);
    expect(saidOf([seen], [keptUse(["id"], sold), other], [event("1.1.0")])).toEqual([
      "web@3 1.0.0 | yes | 1/0 | 1.1.0 keeps what 1.0.0 promised, and has all that it uses: 1 field on 1 subject.",
    ]);
  });

  it("judges a build by its own use, though a record tells of another", () => {
    const seen = deployment({ role: "subscribes", build: "4", ...sold, semver: null });
    const recorded = deployment({ role: "subscribes" });
    const rows = [row({ ...sold, semver: "1.1.0" })];
    const byRecord = "web@3 1.0.0 | yes | 1.1.0 keeps what 1.0.0 promised.";
    expect(saidOf([seen, recorded], [], rows)).toEqual([byRecord]);
    expect(saidOf([seen, recorded], [keptUse(["x"], { ...sold, build: "4" })], rows)).toEqual([
      "web@4 1.0.0 | no | 1/1 | It reads x of Receipt, which 1.1.0 does not have. Move web to 1.1.0 first. | npm install @acme/shop@^1.1.0",
      byRecord,
    ]);
  });

  it("takes the newest of the releases that its stubs are of", () => {
    const usages = [
      keptUse(["id"], { subject: "acme.shop.lend.v1", semver: "1.1.0" }),
      keptUse(["id"], { semver: "1.9.0" }),
      keptUse(["id"], { ...give, semver: "1.10.0" }),
    ];
    const [line] = saidOf([deployment()], usages, [row({ semver: "2.0.0" })]);
    expect(line).toContain("web@3 1.10.0 | yes");
  });

  it("knows a user by its use alone where it runs there, and as often as it is one", () => {
    const serves = deployment({ module: "acme/web", protoPackage: "acme.web.v1", role: "serves" });
    const usages = [keptUse(["total"]), keptUse(["id"], { ...give, semver: "1.1.0" })];
    const line =
      "web@3 1.0.0 | no | 1/1 | It reads total of Receipt, which 2.0.0 does not have. Move web to 2.0.0 first. | npm install @acme/shop@^2.0.0";
    const rows = [row({ semver: "2.0.0" })];
    expect(saidOf([serves], [keptUse(["total"])], rows)).toEqual([line]);
    expect(saidOf([serves, deployment()], [keptUse(["total"])], rows)).toEqual([line]);
    expect(saidOf([{ ...serves, environment: "qa" }], usages, rows)).toEqual([]);
  });

  it("misses a subject that the builds before serve and the build's release does not have", () => {
    const before = deployment({ participant: "shop", build: "6", role: "serves", semver: "1.1.0" });
    const elsewhere = { ...before, participant: "gifts", subject: give.subject };
    const usages = [keptUse(["id"], { ...give, semver: "1.1.0" })];
    const rows = [row({ semver: "1.0.0" })];
    const user = deployment({ semver: "1.1.0" });
    const line =
      "web@3 1.1.0 | no | 1/1 | It uses acme.shop.give.v1, which 1.0.0 does not have. Move the build to 1.1.0 first. | npm install @acme/shop@^1.1.0";
    expect(saidOf([before, user], usages, rows)).toEqual([line]);
    expect(saidOf([before, user, elsewhere], usages, rows)).toEqual([
      "web@3 1.1.0 | yes | 0/0 | Its tests use none of the subjects that the build serves.",
    ]);
  });

  it("judges users of what was tested where nothing else tells the release", () => {
    const seen = deployment({
      environment: "staging",
      participant: "shop",
      build: "7",
      role: "serves",
      subject: "acme.shop.buy.v1",
      semver: null,
    });
    expect(saidOf([seen, deployment()], [keptUse(["total"])], [row({ semver: "2.0.0" })])).toEqual([
      "web@3 1.0.0 | no | 1/1 | It reads total of Receipt, which 2.0.0 does not have. Move web to 2.0.0 first. | npm install @acme/shop@^2.0.0",
    ]);
  });

  it("keeps the first of what is lacking, and counts all", () => {
    const many = Array.from({ length: limits.lacksPerPartner + 1 }, (_, i) => `field_${i}`);
    const usages = [keptUse(many)];
    const { partners } = deployCheck(question([deployment()], [row()], { usages }));
    expect(partners[0]?.use?.lacking).toBe(limits.lacksPerPartner + 1);
    expect(partners[0]?.use?.lacks).toHaveLength(limits.lacksPerPartner);
  });
});
