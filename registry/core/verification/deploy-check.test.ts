import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { deployment, question, row } from "../testing/verification.ts";
import { type DeployCheck, deployCheck } from "./deploy-check.ts";
import { lawVerdicts } from "./verdict.ts";
import type { TestedLaw, Verification } from "./verification.ts";

const law = (verdict: TestedLaw["verdict"], id = "R2"): TestedLaw => ({
  law: id,
  verdict,
  samples: 20,
});

/** All that is said, as lines: answer, reason, command. */
function linesOf({ unknown, subjects, partners }: DeployCheck): readonly string[] {
  const all = [...(unknown === null ? [] : [unknown]), ...subjects, ...partners];
  return all.map(({ answer, reason, command }) =>
    [answer, reason, ...(command === null ? [] : [command])].join(" | "),
  );
}

const test = (release: string, rest = "staging") =>
  `charter contract test ${release} --publish --participant shop --build 7 --environment ${rest}`;

describe("deployCheck by the evidence of one subject", () => {
  it.each<[string, readonly Verification[], DeployCheck["answer"], string]>([
    ["a real pass", [row()], "yes", "yes | It passed in staging."],
    [
      "a law that is known to fail",
      [row({ laws: [law("pass"), law("known-failing", "R7")] })],
      "yes",
      "yes | It passed in staging, but for R7, known to fail.",
    ],
    [
      "a law that does not apply",
      [row({ laws: [law("pass"), law("skipped", "R8")] })],
      "yes",
      "yes | It passed in staging.",
    ],
    [
      "a law that fails",
      [row({ laws: [law("pass", "R1"), law("fail")] })],
      "no",
      `no | It breaks R2 (fail) in staging. | charter contract test acme/shop@1.1.0 --seed 42 --publish --participant shop --build 7 --environment staging`,
    ],
    [
      "a flaky law",
      [row({ laws: [law("flaky")] })],
      "no",
      `no | It breaks R2 (flaky) in staging. | charter contract test acme/shop@1.1.0 --seed 42 --publish --participant shop --build 7 --environment staging`,
    ],
    [
      "a pass in ci, and a failure in staging",
      [
        row({ environment: "ci", testedAt: "2026-11-21T00:00:00.000Z" }),
        row({ laws: [law("fail")] }),
      ],
      "no",
      `no | It breaks R2 (fail) in staging. | charter contract test acme/shop@1.1.0 --seed 42 --publish --participant shop --build 7 --environment staging`,
    ],
    [
      "a failure of another build",
      [row(), row({ build: "6", laws: [law("fail")] })],
      "yes",
      "yes | It passed in staging.",
    ],
    [
      "a failure of a mock",
      [row(), row({ evidence: "mock", laws: [law("fail")] })],
      "yes",
      "yes | It passed in staging.",
    ],
    [
      "a mock's pass",
      [row({ evidence: "mock" })],
      "not_known",
      `not_known | A mock answered in staging, which says nothing of the build. | ${test("acme/shop@1.1.0")}`,
    ],
    [
      "a reference's pass",
      [row({ evidence: "reference" })],
      "not_known",
      `not_known | A reference answered in staging, which says nothing of the build. | ${test("acme/shop@1.1.0")}`,
    ],
    [
      "too few samples",
      [row({ laws: [law("pass", "R1"), law("inconclusive")] })],
      "not_known",
      `not_known | The evidence of R2 in staging was not enough. | ${test("acme/shop@1.1.0")}`,
    ],
    [
      "nothing but skipped laws",
      [row({ laws: [law("skipped")] })],
      "not_known",
      `not_known | The evidence in staging was not enough. | ${test("acme/shop@1.1.0")}`,
    ],
    [
      "a schema bug",
      [row({ laws: [law("schema-bug")] })],
      "not_known",
      `not_known | A rule of the contract cannot be evaluated, so that nothing can be tested. | ${test("acme/shop@1.1.0")}`,
    ],
    [
      "laws that production forbids",
      [row({ untried: ["R2", "R3"], laws: [law("pass", "R1"), law("skipped")] })],
      "not_known",
      `not_known | R2, R3 could not be tried in staging; test it where more may be done (--environment-class). | ${test("acme/shop@1.1.0")}`,
    ],
    [
      "an old run",
      [row({ testedAt: "2026-09-30T23:59:59.999Z" })],
      "not_known",
      `not_known | It was tested on 2026-09-30; only what was tested in the last 90 days counts. | ${test("acme/shop@1.1.0")}`,
    ],
    [
      "a run that is just not too old",
      [row({ testedAt: "2026-10-01T00:00:00.000Z" })],
      "yes",
      "yes | It passed in staging.",
    ],
    [
      "an old failure, which stays one",
      [row({ testedAt: "2026-01-01T00:00:00.000Z", laws: [law("fail")] })],
      "no",
      `no | It breaks R2 (fail) in staging. | charter contract test acme/shop@1.1.0 --seed 42 --publish --participant shop --build 7 --environment staging`,
    ],
  ])("%s", (_, rows, answer, line) => {
    const check = deployCheck(question([], rows));
    expect(linesOf(check)).toEqual([line]);
    expect(check.answer).toBe(answer);
  });

  it("says yes to nothing but real evidence that passed, whatever else there is", () => {
    const anyRow = fc
      .record({
        evidence: fc.constantFrom("real", "reference", "mock"),
        environment: fc.constantFrom("ci", "staging", "prod"),
        semver: fc.constantFrom("1.0.0", "1.1.0"),
        testedAt: fc.constantFrom("2026-09-01T00:00:00.000Z", "2026-11-20T00:00:00.000Z"),
        untried: fc.constantFrom([], ["R3"]),
        laws: fc.array(
          fc.constantFrom(...lawVerdicts).map((verdict) => law(verdict)),
          {
            maxLength: 3,
          },
        ),
      })
      .map((change) => row(change as Partial<Verification>));
    fc.assert(
      fc.property(fc.array(anyRow, { maxLength: 6 }), (rows) => {
        const { answer, subjects } = deployCheck(question([], rows));
        if (answer !== "yes") return;
        expect(subjects.length).toBeGreaterThan(0);
        for (const { row: deciding, digest } of subjects) {
          expect(deciding).toMatchObject({ evidence: "real", untried: [], digest });
          expect(["pass", "known-failing"]).toContain(deciding?.verdict);
          const broken = rows.filter(
            (each) =>
              each.evidence === "real" &&
              each.digest === digest &&
              ["fail", "flaky", "stale-known-failing"].includes(each.verdict),
          );
          expect(broken).toEqual([]);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe("deployCheck by what a build serves", () => {
  const served = (change = {}) =>
    deployment({
      environment: "staging",
      participant: "shop",
      build: "7",
      role: "serves",
      semver: "1.1.0",
      ...change,
    });

  it("asks for evidence of every subject that a recorded release has", () => {
    expect(linesOf(deployCheck(question([served()], [row()])))).toEqual([
      "yes | It passed in staging.",
      `not_known | Build 7 was never tested on it. | ${test("acme/shop@1.1.0")}`,
    ]);
  });

  it("asks for evidence of the events that it publishes", () => {
    const check = deployCheck(question([served({ role: "publishes" })], []));
    expect(check.subjects.map(({ subject, kind }) => [subject, kind])).toEqual([
      ["acme.shop.sold.v1.{id}", "event"],
    ]);
    expect(check.answer).toBe("not_known");
  });

  it("takes no evidence for another release than it serves", () => {
    const seen = served({ subject: "acme.shop.buy.v1", source: "observed" });
    expect(linesOf(deployCheck(question([seen], [row({ semver: "1.0.0" })])))).toEqual([
      `not_known | It was tested against acme/shop@1.0.0, and the build serves acme/shop@1.1.0. | ${test("acme/shop@1.1.0")}`,
    ]);
  });

  it("takes what was tested last where nothing tells the release", () => {
    const seen = served({ subject: "acme.shop.buy.v1", source: "observed", semver: null });
    const older = row({
      semver: "1.0.0",
      testedAt: "2026-11-01T00:00:00.000Z",
      laws: [law("fail")],
    });
    expect(deployCheck(question([seen], [older, row()])).answer).toBe("yes");
    expect(deployCheck(question([seen], [older])).answer).toBe("no");
  });

  it("counts no stand-in for the participant", () => {
    const check = deployCheck(question([served({ evidence: "mock" })], []));
    expect(check).toMatchObject({ answer: "not_known", subjects: [] });
  });
});

describe("deployCheck by what the builds before serve", () => {
  const older = (change = {}) =>
    deployment({ participant: "shop", build: "6", role: "serves", semver: "1.1.0", ...change });
  const subjectsOf = (check: DeployCheck) =>
    check.subjects.map(({ subject, answer }) => `${subject} ${answer}`);

  it("asks for evidence of a subject that was not up when the build was tested", () => {
    const check = deployCheck(question([older()], [row()]));
    expect(subjectsOf(check)).toEqual(["acme.shop.buy.v1 yes", "acme.shop.give.v1 not_known"]);
    expect(check.answer).toBe("not_known");
    expect(check.subjects[1]?.command).toBe(test("acme/shop@1.1.0"));
  });

  it("lets go what the build's release does not have any more", () => {
    const check = deployCheck(question([older()], [row({ semver: "1.0.0" })]));
    expect(subjectsOf(check)).toEqual(["acme.shop.buy.v1 yes"]);
  });

  it("looks at the environment first, and at others where it is not there", () => {
    const there = older({ subject: "acme.shop.buy.v1", source: "observed" });
    const elsewhere = older({ environment: "qa" });
    expect(deployCheck(question([there, elsewhere], [row()])).answer).toBe("yes");
    expect(deployCheck(question([elsewhere], [row()])).answer).toBe("not_known");
  });

  it("does not judge who served before by what the build calls alone", () => {
    const uses = [{ module: "acme/shop", semver: "1.0.0" }];
    const provider = deployment({ participant: "big-shop", role: "serves" });
    expect(deployCheck(question([provider], [], { uses })).answer).toBe("yes");
    const earlier = deployCheck(question([provider], [row({ build: "6" })], { uses }));
    expect(earlier).toMatchObject({ answer: "not_known", subjects: [] });
    expect(earlier.unknown?.reason).toContain("though shop served before");
    const named = deployCheck(question([provider], [], { uses, moduleByName: "acme/shop" }));
    expect(named.answer).toBe("not_known");
  });
});

describe("deployCheck without anything", () => {
  it.each([
    ["an empty registry", [], [], null, "charter contract test --publish"],
    ["the participant's name is a service's", [], [], "acme/shop", "test acme/shop --publish"],
    ["another build was tested", [], [row({ build: "6" })], null, "test acme/shop --publish"],
    [
      "another build calls",
      [deployment({ participant: "shop" })],
      [],
      null,
      "charter contract usage usage/*.usage.json --publish --build 7",
    ],
  ])(
    "%s is not known, with the command that tells",
    (_, deployments, rows, moduleByName, command) => {
      const check = deployCheck(question(deployments, rows, { moduleByName }));
      expect(check).toMatchObject({ answer: "not_known", subjects: [], partners: [] });
      expect(check.unknown?.reason).toContain("Nothing is known of shop@7");
      expect(check.unknown?.command).toContain(command);
    },
  );

  it("asks who runs and tells nothing to publish what it uses", () => {
    const nameless = deployment({ participant: "shop", build: "7", module: null, role: "serves" });
    const { answer, unknown } = deployCheck(question([nameless], []));
    expect([answer, unknown?.reason, unknown?.command]).toEqual([
      "not_known",
      "shop@7 is known to run, but serves no subject of a contract and uses none that is told.",
      "charter contract usage usage/*.usage.json --publish --build 7",
    ]);
  });
});
