import { describe, expect, it } from "vitest";
import { renderReport } from "../reports/text/render.ts";
import {
  type BindingResult,
  exitCodeOf,
  type LawResult,
  type RunReport,
  totalsOf,
  type Verdict,
  worstOf,
} from "./report.ts";

const law = (verdict: Verdict, more: Partial<LawResult> = {}): LawResult => ({
  law: "R2",
  title: "accepts every valid request",
  verdict,
  samples: verdict === "pass" ? 20 : 0,
  minimum: 20,
  durationMs: 0,
  reason: verdict === "pass" || verdict === "fail" ? null : "nothing is live",
  evidence: {},
  failure: null,
  ...more,
});

function binding(pattern: string, results: readonly LawResult[]): BindingResult {
  const verdict = worstOf(results.map((each) => each.verdict));
  return {
    pattern,
    kind: "request",
    element: "shop.v1.ShopService.Order",
    place: { file: "shop/v1/shop.proto", line: 15 },
    verdict,
    evidence: verdict === "inconclusive" ? null : "mock",
    instances: verdict === "inconclusive" ? 0 : 1,
    builds: [],
    calls: 3,
    coverage: {
      fields: { tried: 1, declared: 2 },
      rules: { tried: 1, declared: 1 },
      versions: ["1.2.0"],
    },
    laws: results,
  };
}

function reportOf(bindings: readonly BindingResult[]): RunReport {
  const modules = [{ module: "example/shop", semver: "1.2.0", digest: "sha256:0", bindings }];
  return {
    formatVersion: 2,
    runId: "run-1",
    seed: 42,
    laws: ["R2"],
    environmentClass: "ephemeral",
    modules,
    account: [],
    totals: totalsOf(modules),
    startedAt: "2026-11-26T10:00:00.000Z",
    durationMs: 1234,
  };
}

describe("exitCodeOf", () => {
  it.each<readonly [Verdict[], number]>([
    [["pass"], 0],
    [["pass", "pass"], 0],
    [[], 3],
    [["inconclusive"], 3],
    [["pass", "inconclusive"], 3],
    [["pass", "schema-bug"], 3],
    [["pass", "inconclusive", "fail"], 100],
    [["schema-bug", "fail"], 100],
    [["pass", "flaky"], 100],
    [["pass", "stale-known-failing"], 100],
    [["pass", "known-failing"], 0],
    [["known-failing"], 3],
  ])("of bindings that are %j is %i", (verdicts, code) => {
    const bindings = verdicts.map((verdict) => binding("a.v1", [law(verdict)]));
    expect(exitCodeOf(reportOf(bindings))).toBe(code);
  });

  it.each<readonly [Verdict[], number]>([
    [["pass", "inconclusive"], 0],
    [["pass", "schema-bug"], 3],
    [["pass", "inconclusive", "fail"], 100],
    // Nothing that answers is no pass, whatever is accepted.
    [["inconclusive", "inconclusive"], 3],
  ])("of bindings that are %j is %i where inconclusive is accepted", (verdicts, code) => {
    const bindings = verdicts.map((verdict) => binding("a.v1", [law(verdict)]));
    expect(exitCodeOf(reportOf(bindings), "pass")).toBe(code);
  });

  it.each<readonly [Verdict, number]>([
    ["fail", 100],
    ["flaky", 100],
    ["stale-known-failing", 100],
    ["inconclusive", 0],
    ["skipped", 0],
  ])("of a law of the whole account that is %s is %i", (verdict, code) => {
    const report = reportOf([binding("a.v1", [law("pass")])]);
    expect(exitCodeOf({ ...report, account: [law(verdict)] })).toBe(code);
  });

  it("of a binding whose laws were all skipped is 3", () => {
    expect(exitCodeOf(reportOf([binding("a.v1", [law("skipped")])]))).toBe(3);
  });
});

describe("renderReport", () => {
  const failure = {
    summary: "a valid request was not answered as the contract says: 500 internal",
    subject: "shop.order.v1.a",
    message: { itemId: "a", count: 4097 },
    hex: "0a0161108120",
    answer: "error 500 internal: too many",
    rule: { id: "uint32.lte", field: "count", file: "shop/v1/shop.proto", line: 46 },
    replay: { seed: 42, path: "0/3:0" },
    shrinks: 12,
    nearest: { itemId: "a", count: 4096 },
    place: { file: "shop/v1/shop.proto", line: 46 },
    repeated: { broken: 5, of: 5 },
    trace: [
      {
        atMs: 0,
        direction: "sent" as const,
        subject: "shop.order.v1.a",
        headers: ["Charter-Probe: run-1"],
        bytes: 6,
        hex: "0a0161108120",
      },
      {
        atMs: 0.61,
        direction: "received" as const,
        subject: "shop.order.v1.a",
        headers: ["Nats-Service-Error-Code: 500"],
        bytes: 4,
        hex: "",
      },
    ],
  };
  const report = reportOf([
    binding("shop.order.v1.{item_id}", [
      law("fail", { failure }),
      law("pass", { law: "R7", samples: 10, durationMs: 3210 }),
    ]),
    binding("shop.list.v1", [law("inconclusive"), law("inconclusive", { law: "R7" })]),
    binding("shop.get.v1", [law("pass")]),
  ]);

  it("shows a line for each binding, and the smallest case of what fails", () => {
    expect(renderReport(report, { color: false })).toBe(`example/shop 1.2.0
  FAIL  shop.order.v1.{item_id}  mock, 1 instance  R2 FAIL  R7 10
      R2 accepts every valid request
        a valid request was not answered as the contract says: 500 internal
        came back  error 500 internal: too many
        subject    shop.order.v1.a
        message    {"itemId":"a","count":4097}
        hex        0a0161108120
        works      {"itemId":"a","count":4096}
        contract   shop/v1/shop.proto:46
        rule       uint32.lte of count
        again      broken 5 of 5 times
        found by   seed 42, path 0/3:0, after 12 shrinks
        replay     charter contract replay example/shop@1.2.0 --law R2 --rpc shop.v1.ShopService.Order --seed 42 --path 0/3:0
  open  shop.list.v1  nothing live  R2 open  R7 open
        nothing is live
  pass  shop.get.v1  mock, 1 instance  R2 20

Tried: 2/3 subjects, 3/6 fields, 3/3 rules broken on purpose, 1 release
Evidence of what passed: 0 real, 0 reference, 1 mock
3 bindings: 1 pass, 1 fail, 1 inconclusive
Exit 100: a contract is broken; the smallest case of each is above
Slowest: R7 on shop.order.v1.{item_id} 3.2 s
9 calls in 1.2 s, ephemeral environment, seed 42, run run-1
`);
  });

  it("shows the timed exchange where it is asked for, and the line of the contract where it is at hand", () => {
    const text = renderReport(report, {
      color: false,
      trace: true,
      protoLine: (module, { line }) => `${module} has line ${line}`,
    });
    expect(text).toContain(`        trace
               0.00 ms  request>  shop.order.v1.a  6 bytes  0a0161108120
                                Charter-Probe: run-1
               0.61 ms  reply<    shop.order.v1.a  4 bytes
                                Nats-Service-Error-Code: 500
`);
    expect(text).toContain("contract   shop/v1/shop.proto:46  example/shop has line 46\n");
  });

  it("says what a run was allowed to do, what the account shows, and what is stale or flaky", () => {
    const known = { ...law("known-failing"), reason: "known until 2027-01-31: GH-1", failure };
    const run = reportOf([binding("a.v1", [law("pass"), known])]);
    const shown = {
      ...law("fail"),
      law: "D1",
      title: "has no other subjects",
      reason: null,
      failure,
    };
    const text = renderReport(
      { ...run, account: [shown], notes: ["it is taken for production"] },
      { color: false },
    );
    expect(text).toContain(
      "      R2 accepts every valid request (known)\n        known until 2027-01-31: GH-1\n",
    );
    expect(text).toContain(
      "the whole account\n      D1 has no other subjects\n        a valid request",
    );
    expect(text).toContain("it is taken for production\n");
    // A law of the account has no case to replay.
    expect(text.match(/charter contract replay/g)).toHaveLength(1);
  });

  it("lets no text of a service steer the terminal", () => {
    const hostile = { ...failure, answer: "error 500 internal: \x1b[2J\u202egone" };
    const text = renderReport(reportOf([binding("a.v1", [law("fail", { failure: hostile })])]), {
      color: false,
    });
    expect(text).toContain("came back  error 500 internal: \ufffd[2J\ufffdgone\n");
  });

  it("colors only when it is told to", () => {
    expect(renderReport(report, { color: false })).not.toContain("\x1b");
    expect(renderReport(report, { color: true })).toContain("\x1b[31mFAIL\x1b[39m");
  });
});
