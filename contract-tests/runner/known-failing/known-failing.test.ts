import { expect, it } from "vitest";
import type { LawResult, ModuleResult, Verdict } from "../report.ts";
import type { KnownFailing } from "../settings.ts";
import { withKnownFailing } from "./known-failing.ts";

const result = (law: string, verdict: Verdict): LawResult => ({
  law,
  title: "",
  verdict,
  samples: 1,
  minimum: 1,
  durationMs: 0,
  reason: null,
  evidence: {},
  failure: null,
});

/** A module with the bindings `a` and `b`, each with the laws R2 and R3. */
function moduleOf(a: readonly [Verdict, Verdict], b: readonly [Verdict, Verdict]): ModuleResult {
  const binding = (pattern: string, [r2, r3]: readonly [Verdict, Verdict]) => ({
    pattern,
    kind: "request" as const,
    element: pattern,
    place: { file: "a.proto", line: 1 },
    verdict: "fail" as const,
    evidence: "real" as const,
    instances: 1,
    builds: [],
    calls: 1,
    coverage: { fields: { tried: 0, declared: 0 }, rules: { tried: 0, declared: 0 }, versions: [] },
    laws: [result("R2", r2), result("R3", r3)],
  });
  return {
    module: "m",
    semver: "1.0.0",
    digest: "d",
    bindings: [binding("a", a), binding("b", b)],
  };
}

const entry = (law: string, subject: string, until = "2027-01-31"): KnownFailing => ({
  law,
  subject,
  issue: "GH-1",
  until,
  place: { file: "x.contract.yaml", line: 7, column: 5 },
});

type Verdicts = readonly [a: readonly [Verdict, Verdict], b: readonly [Verdict, Verdict]];

it.each<[string, Verdicts, KnownFailing, Verdicts]>([
  [
    "one law of one subject",
    [
      ["fail", "fail"],
      ["fail", "pass"],
    ],
    entry("R2", "a"),
    [
      ["known-failing", "fail"],
      ["fail", "pass"],
    ],
  ],
  [
    "flaky, too",
    [
      ["flaky", "pass"],
      ["pass", "pass"],
    ],
    entry("R2", "a"),
    [
      ["known-failing", "pass"],
      ["pass", "pass"],
    ],
  ],
  [
    "all laws of a subject",
    [
      ["fail", "pass"],
      ["pass", "pass"],
    ],
    entry("*", "a"),
    [
      ["known-failing", "pass"],
      ["pass", "pass"],
    ],
  ],
  [
    "a law of all subjects",
    [
      ["pass", "fail"],
      ["pass", "fail"],
    ],
    entry("R3", "*"),
    [
      ["pass", "known-failing"],
      ["pass", "known-failing"],
    ],
  ],
  [
    "on its last day",
    [
      ["fail", "pass"],
      ["pass", "pass"],
    ],
    entry("R2", "a", "2027-01-15"),
    [
      ["known-failing", "pass"],
      ["pass", "pass"],
    ],
  ],
  [
    "a day later",
    [
      ["fail", "pass"],
      ["pass", "pass"],
    ],
    entry("R2", "a", "2027-01-14"),
    [
      ["stale-known-failing", "pass"],
      ["pass", "pass"],
    ],
  ],
  [
    "what passes",
    [
      ["pass", "pass"],
      ["pass", "pass"],
    ],
    entry("R2", "a"),
    [
      ["stale-known-failing", "pass"],
      ["pass", "pass"],
    ],
  ],
  [
    "all of which passes, once",
    [
      ["pass", "pass"],
      ["pass", "pass"],
    ],
    entry("*", "*"),
    [
      ["stale-known-failing", "pass"],
      ["pass", "pass"],
    ],
  ],
  [
    "what was not judged",
    [
      ["inconclusive", "pass"],
      ["pass", "pass"],
    ],
    entry("R2", "a"),
    [
      ["inconclusive", "pass"],
      ["pass", "pass"],
    ],
  ],
  [
    "what is skipped",
    [
      ["skipped", "pass"],
      ["pass", "pass"],
    ],
    entry("R2", "a"),
    [
      ["skipped", "pass"],
      ["pass", "pass"],
    ],
  ],
])("speaks of %s", (_, [a, b], known, expected) => {
  const { modules } = withKnownFailing(
    { modules: [moduleOf(a, b)], account: [] },
    [known],
    "2027-01-15",
  );
  const verdicts = modules[0]?.bindings.map((each) => each.laws.map((law) => law.verdict));
  expect(verdicts).toEqual(expected);
});

it("gives the binding its worst verdict again, and says why", () => {
  const all = [moduleOf(["fail", "pass"], ["pass", "pass"])];
  const judged = (...entries: KnownFailing[]) =>
    withKnownFailing({ modules: all, account: [] }, entries, "2027-01-15").modules[0];
  const known = judged(entry("R2", "a"));
  expect(known?.bindings[0]).toMatchObject({
    verdict: "known-failing",
    laws: [{ reason: "known until 2027-01-31: GH-1" }, { reason: null }],
  });
  const stale = judged(entry("R2", "a"), entry("R3", "b"));
  expect(stale?.bindings[1]).toMatchObject({
    verdict: "stale-known-failing",
    laws: [
      { reason: null },
      {
        reason:
          "x.contract.yaml:7 says that it is known to fail (GH-1), and it passed; take the entry out",
      },
    ],
  });
});

it.each<[Verdict, KnownFailing, Verdict]>([
  ["fail", entry("D1", "*"), "known-failing"],
  ["fail", entry("*", "*"), "known-failing"],
  ["fail", entry("D1", "*", "2027-01-14"), "stale-known-failing"],
  ["fail", entry("D1", "a"), "fail"],
  ["fail", entry("D2", "*"), "fail"],
  ["pass", entry("D1", "*"), "stale-known-failing"],
  ["pass", entry("*", "*"), "stale-known-failing"],
  ["inconclusive", entry("D1", "*"), "inconclusive"],
])("speaks of an account's %s, case %#", (verdict, known, expected) => {
  const tried = { modules: [], account: [result("D1", verdict)] };
  const { account } = withKnownFailing(tried, [known], "2027-01-15");
  expect(account.map((each) => each.verdict)).toEqual([expected]);
});

it("takes bindings and the account together for what an entry of all speaks of", () => {
  const judged = (d1: Verdict, r2: Verdict) => {
    const modules = [moduleOf([r2, "pass"], ["pass", "pass"])];
    const tried = { modules, account: [result("D1", d1)] };
    const known = withKnownFailing(tried, [entry("*", "*")], "2027-01-15");
    return [known.account[0]?.verdict, known.modules[0]?.bindings[0]?.laws[0]?.verdict];
  };
  expect(judged("fail", "pass")).toEqual(["known-failing", "pass"]);
  expect(judged("pass", "fail")).toEqual(["pass", "known-failing"]);
  expect(judged("pass", "pass")).toEqual(["pass", "stale-known-failing"]);
});
