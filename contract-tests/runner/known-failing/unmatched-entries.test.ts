import { expect, it } from "vitest";
import type { ModuleResult, Verdict } from "../report.ts";
import type { KnownFailing } from "../settings.ts";
import { unmatchedEntries } from "./unmatched-entries.ts";

/** A module with the one binding `a` and the one law R2. */
function moduleOf(verdict: Verdict): ModuleResult {
  const binding = {
    pattern: "a",
    kind: "request" as const,
    element: "a",
    place: { file: "a.proto", line: 1 },
    verdict,
    evidence: "real" as const,
    instances: 1,
    builds: [],
    calls: 1,
    coverage: { fields: { tried: 0, declared: 0 }, rules: { tried: 0, declared: 0 }, versions: [] },
    laws: [
      {
        law: "R2",
        title: "",
        verdict,
        samples: 1,
        minimum: 1,
        durationMs: 0,
        reason: null,
        evidence: {},
        failure: null,
      },
    ],
  };
  return { module: "m", semver: "1.0.0", digest: "d", bindings: [binding] };
}

const entry = (law: string, subject: string, until = "2027-01-31"): KnownFailing => ({
  law,
  subject,
  issue: "GH-1",
  until,
  place: { file: "x.contract.yaml", line: 7, column: 5 },
});

it.each<[string, Verdict, KnownFailing, RegExp | null]>([
  ["a subject that no contract has", "fail", entry("R2", "b"), /no contract has the subject b/],
  ["a subject that fails", "fail", entry("R2", "a"), null],
  ["one that passes, which says so itself", "pass", entry("R2", "a"), null],
  ["one that was not judged", "inconclusive", entry("R2", "a"), null],
  [
    "one that was not judged, too late",
    "inconclusive",
    entry("R2", "a", "2027-01-14"),
    /last day was/,
  ],
  ["one that fails, too late, which says so itself", "fail", entry("R2", "a", "2027-01-14"), null],
  ["a law that this run does not try", "pass", entry("R3", "a"), null],
  ["anything", "inconclusive", entry("*", "*"), null],
])("judges an entry of %s", (_, verdict, known, reason) => {
  const scope = { today: "2027-01-15", isWholeEstate: true };
  const stale = unmatchedEntries({ modules: [moduleOf(verdict)], account: [] }, [known], scope);
  expect(stale.map((each) => each.verdict)).toEqual(reason === null ? [] : ["stale-known-failing"]);
  if (reason !== null) expect(stale[0]?.reason).toMatch(reason);
});

it("leaves entries of other modules alone where only some are under test", () => {
  const scope = { today: "2027-01-15", isWholeEstate: false };
  const tried = { modules: [moduleOf("pass")], account: [] };
  expect(unmatchedEntries(tried, [entry("R2", "b")], scope)).toEqual([]);
});

it.each<[Verdict, number]>([
  ["fail", 0],
  ["inconclusive", 1],
])("leaves a law of the account alone that says so itself: %s", (verdict, count) => {
  const [r2] = moduleOf(verdict).bindings[0]?.laws ?? [];
  if (r2 === undefined) throw new Error("the binding has a law");
  const tried = { modules: [moduleOf("pass")], account: [{ ...r2, law: "D1" }] };
  const scope = { today: "2027-01-15", isWholeEstate: true };
  expect(unmatchedEntries(tried, [entry("D1", "*", "2027-01-14")], scope)).toHaveLength(count);
});
