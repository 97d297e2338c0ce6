import {
  type BindingResult,
  type FailureDetail,
  type LawResult,
  type RunReport,
  totalsOf,
  type Verdict,
  worstOf,
} from "../../runner/report.ts";

/** What a hostile service may say: it tries to end XML, start commands, steer terminals and turn text. */
export const hostile =
  "]]> <failure> & \"quoted\" 'too' %0A::error::x ##[add-mask]y \u0000\u001b[31m\r\n::set-output name=a::b \u202egnp.exe\u2066 `tick` | </details> \ud800 ``` [a](http://x) \ufffe";

export const failure: FailureDetail = {
  summary: `a valid request was not answered as the contract says: ${hostile}`,
  subject: "acme.shop.buy.v1",
  message: { note: hostile, maxTokens: 4097 },
  hex: "0a0161108120",
  answer: `error 500 internal: ${hostile}`,
  nearest: { note: "a", maxTokens: 4096 },
  rule: { id: "uint32.lte", field: "max_tokens", file: "acme/shop/v1/shop.proto", line: 12 },
  place: { file: "acme/shop/v1/a b#c.proto", line: 12 },
  replay: { seed: 42, path: "0:1:1" },
  shrinks: 18,
  repeated: { broken: 3, of: 3 },
  trace: [
    {
      atMs: 0,
      direction: "sent",
      subject: "acme.shop.buy.v1",
      headers: ["Charter-Probe: run-1"],
      bytes: 6,
      hex: "0a0161108120",
    },
    {
      atMs: 1.25,
      direction: "received",
      subject: "_INBOX.x",
      headers: [`Nats-Service-Error: ${hostile}`],
      bytes: 0,
      hex: "",
    },
  ],
};

function reasonOf(verdict: Verdict): string | null {
  if (verdict === "known-failing") return "GH-412, until 2027-01-31";
  return ["pass", "fail", "flaky"].includes(verdict) ? null : `why: ${hostile}`;
}

export function lawOf(verdict: Verdict, more: Partial<LawResult> = {}): LawResult {
  const isBroken = ["fail", "flaky", "known-failing"].includes(verdict);
  return {
    law: "R2",
    title: "accepts every valid request",
    verdict,
    samples: verdict === "pass" ? 20 : 3,
    minimum: 20,
    durationMs: 1234,
    reason: reasonOf(verdict),
    evidence: {},
    failure: isBroken ? failure : null,
    ...more,
  };
}

export function bindingOf(name: string, laws: readonly LawResult[]): BindingResult {
  return {
    pattern: `acme.shop.${name.toLowerCase()}.v1`,
    kind: "request",
    element: `acme.shop.v1.Shop.${name}`,
    place: { file: "acme/shop/v1/shop.proto", line: 15 },
    verdict: worstOf(laws.map((each) => each.verdict)),
    evidence: "real",
    instances: 1,
    builds: ["shop@2.0.1"],
    calls: 30,
    coverage: {
      fields: { tried: 1, declared: 2 },
      rules: { tried: 1, declared: 1 },
      versions: ["1.2.0"],
    },
    laws,
  };
}

export function reportOf(
  bindings: readonly BindingResult[],
  more: Partial<RunReport> = {},
): RunReport {
  const modules = [
    {
      module: "acme/shop",
      semver: "1.2.0",
      digest: "sha256:0",
      bindings,
    },
  ];
  return {
    formatVersion: 2,
    runId: "run-1",
    seed: 42,
    environmentClass: "ephemeral",
    laws: ["R1", "R2"],
    modules,
    account: [],
    totals: totalsOf(modules),
    startedAt: "2026-11-26T10:00:00.250Z",
    durationMs: 1234,
    ...more,
  };
}

/** A report with every verdict, a binding without any evidence, and what the account shows. */
export function richReport(): RunReport {
  const served = lawOf("pass", { law: "R1", title: "served in the declared queue group" });
  const verdicts: readonly (readonly [string, Verdict])[] = [
    ["Buy", "fail"],
    ["Pay", "flaky"],
    ["Refund", "known-failing"],
    ["Return", "stale-known-failing"],
    ["Rate", "schema-bug"],
    ["List", "inconclusive"],
    ["Get", "pass"],
  ];
  const bindings = verdicts.map(([name, verdict]) => bindingOf(name, [served, lawOf(verdict)]));
  const undeclared = { law: "D1", title: "uses only declared subjects", minimum: 1 };
  return reportOf([...bindings, bindingOf("Hidden", [lawOf("skipped")])], {
    account: [
      lawOf("fail", { ...undeclared, failure: { ...failure, subject: "acme.typo.v1" } }),
      lawOf("inconclusive", { ...undeclared, law: "D2", title: "uses every declared subject" }),
    ],
  });
}
