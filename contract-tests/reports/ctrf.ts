import type { RunReport } from "../runner/report.ts";
import { type Case, casesOf, type Outcome } from "./cases.ts";
import { plainLine } from "./plain-text.ts";
import type { RenderOptions } from "./render-options.ts";

const statuses: Readonly<Record<Outcome, string>> = {
  passed: "passed",
  broken: "failed",
  // Neither a pass nor a failure: there is too little evidence for one.
  open: "other",
  known: "pending",
  skipped: "skipped",
};

/** The Common Test Report Format (ctrf.io). */
export function renderCtrf(report: RunReport, { locate }: RenderOptions): string {
  const cases = casesOf(report);
  const start = Date.parse(report.startedAt);
  const count = (outcome: Outcome) => cases.filter((each) => each.outcome === outcome).length;
  const document = {
    reportFormat: "CTRF",
    // The format is before its 1.0; this is the version of its reference implementation.
    specVersion: "0.0.0",
    runId: report.runId,
    timestamp: report.startedAt,
    generatedBy: "charter contract test",
    results: {
      tool: { name: "charter contract test" },
      summary: {
        tests: cases.length,
        passed: count("passed"),
        failed: count("broken"),
        skipped: count("skipped"),
        pending: count("known"),
        other: count("open"),
        suites: new Set(cases.map((each) => each.module)).size,
        start,
        stop: start + report.durationMs,
        duration: report.durationMs,
      },
      tests: cases.map((each) => testOf(each, locate)),
      environment: { testEnvironment: report.environmentClass },
      extra: { seed: report.seed, calls: report.totals.calls, evidence: report.totals.evidence },
    },
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function testOf(each: Case, locate: RenderOptions["locate"]) {
  const { element, place, result, binding } = each;
  return {
    testId: `${each.module} ${element} ${each.law}`,
    name: `${element} ${each.law} ${each.title}`,
    status: statuses[each.outcome],
    rawStatus: each.verdict,
    // The schema wants one, also of what only stands for missing evidence.
    duration: result?.durationMs ?? 0,
    suite: [each.module, element],
    ...(each.message === null ? {} : { message: each.message }),
    ...(each.detail === null ? {} : { trace: each.detail }),
    ...(place === null
      ? {}
      : { filePath: plainLine(locate(each.module, place.file), 1000), line: place.line }),
    tags: [each.law, each.verdict],
    type: "contract",
    extra: {
      subject: each.subject,
      samples: result?.samples ?? 0,
      minimum: result?.minimum ?? 0,
      answeredBy: binding?.evidence ?? null,
      builds: (binding?.builds ?? []).map((build) => plainLine(build, 300)),
    },
  };
}
