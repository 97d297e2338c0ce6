import { expect, it } from "vitest";
import type { ContractUnderTest } from "../runner/contract.ts";
import type { BindingResult, LawResult, ModuleResult, RunReport } from "../runner/report.ts";
import type { EnvironmentClass } from "../runner/safety.ts";
import { testRunOf } from "./test-run.ts";

const law = (id: string, verdict: LawResult["verdict"]) =>
  ({ law: id, verdict, samples: 3 }) as LawResult;

const binding = {
  pattern: "a",
  evidence: "real",
  laws: [law("R1", "pass"), law("R2", "skipped"), law("R8", "skipped"), law("E3", "skipped")],
} as unknown as BindingResult;
const module = { module: "m/m", semver: "1.0.0", digest: "sha256:1", bindings: [binding] };

function runIn(environmentClass: EnvironmentClass, idempotency: string, laws = ["R1", "R2", "R8"]) {
  const report = { runId: "r", seed: 7, startedAt: "now", environmentClass, laws };
  const contracts = [{ module: "m/m", bindings: [{ pattern: "a", kind: "request", idempotency }] }];
  const all = [
    { id: "R1", minimum: 1, effect: "observes" },
    { id: "R2", minimum: 20, effect: "calls" },
    { id: "R8", minimum: 5, effect: "observes" },
    { id: "E3", minimum: 2, effect: "publishes" },
  ] as const;
  const tested = {
    report: report as unknown as RunReport,
    contracts: contracts as unknown as ContractUnderTest[],
    laws: all,
    runner: "charter 0.1.0",
  };
  const subject = {
    module: module as unknown as ModuleResult,
    binding,
    participant: "p",
    build: "1",
  };
  return testRunOf(tested, [subject], "staging");
}

it("tells each law, and which of those that were skipped were forbidden", () => {
  expect(runIn("production", "unknown").rows).toEqual([
    {
      participant: "p",
      build: "1",
      module: "m/m",
      semver: "1.0.0",
      digest: "sha256:1",
      subject: "a",
      evidence: "real",
      laws: [
        { law: "R1", verdict: "pass", samples: 3 },
        { law: "R2", verdict: "skipped", samples: 3 },
        { law: "R8", verdict: "skipped", samples: 3 },
        { law: "E3", verdict: "skipped", samples: 3 },
      ],
      untried: ["R2"],
    },
  ]);
});

it.each([
  ["ephemeral", "unknown", []],
  ["staging", "idempotent", []],
  ["staging", "unknown", ["R2"]],
  ["production", "no_side_effects", []],
] as const)(
  "in %s, an rpc that is %s leaves %j untried",
  (environmentClass, idempotency, untried) => {
    expect(runIn(environmentClass, idempotency).rows[0]?.untried).toEqual(untried);
  },
);

it("names the laws that there were by a digest", () => {
  const { lawSet } = runIn("ephemeral", "unknown");
  expect(lawSet).toMatch(/^sha256:[0-9a-f]{64}$/);
  expect(runIn("staging", "idempotent").lawSet).toBe(lawSet);
  expect(runIn("ephemeral", "unknown", ["R1"]).lawSet).not.toBe(lawSet);
});
