import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { catalogue } from "../catalogue/catalogue.ts";
import { lawPage } from "../catalogue/law-page.ts";
import {
  type EvidenceKind,
  exitCodeOf,
  type RunReport,
  totalsOf,
  type Verdict,
} from "../runner/report.ts";
import { casesOf } from "./cases.ts";
import { renderFile } from "./formats.ts";
import { renderGithubCommands } from "./github.ts";
import { renderGithubSummary } from "./github-summary.ts";
import { ctrfProblems, sarifProblems } from "./testing/json-schemas.ts";
import { junitProblems, readSuites } from "./testing/junit-schema.ts";
import { bindingOf, failure, hostile, lawOf, reportOf, richReport } from "./testing/rich-report.ts";

const options = { locate: (_module: string, file: string) => `proto/${file}` };
const golden = (name: string) => `golden/${name}`;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
const steering = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

const formats = ["junit", "ctrf", "sarif"] as const;
const problemsIn = { junit: junitProblems, ctrf: ctrfProblems, sarif: sarifProblems };

function problemsOf(format: (typeof formats)[number], report: RunReport): unknown[] {
  return problemsIn[format](renderFile(format, report, options));
}

/** The pages of the laws have golden files of their own. */
function withoutPages(text: string): string {
  return [...catalogue.values()].reduce(
    (shorter, entry) =>
      shorter
        .replaceAll(JSON.stringify(lawPage(entry)), `"the page of ${entry.id}"`)
        .replaceAll(JSON.stringify(entry.promise), `"the promise of ${entry.id}"`),
    text,
  );
}

describe("a report with every verdict and hostile text", () => {
  const report = richReport();

  it.each([
    ["junit", "junit.xml"],
    ["ctrf", "ctrf.json.txt"],
    ["sarif", "run.sarif"],
  ] as const)("as %s is valid, and as its golden file", async (format, file) => {
    expect(problemsOf(format, report)).toEqual([]);
    const text = renderFile(format, report, options);
    expect(text).not.toMatch(steering);
    await expect(withoutPages(text)).toMatchFileSnapshot(golden(file));
  });

  it("as json is the run itself", () => {
    const text = renderFile("json", report, options);
    expect(JSON.parse(text)).toEqual(report);
  });

  it("as workflow commands is one line for each, in which nothing else is a command", async () => {
    const text = renderGithubCommands(report, options);
    const lines = text.trimEnd().split("\n");
    expect(lines.map((line) => line.slice(0, line.indexOf(" ")))).toEqual([
      ...Array(4).fill("::error"),
      ...Array(3).fill("::warning"),
    ]);
    expect(text).not.toMatch(steering);
    expect(text).not.toContain("##[");
    // What a service says is data: its percent signs are escaped, so it makes no line break.
    expect(text).toContain("%250A::error::x");
    await expect(text).toMatchFileSnapshot(golden("github.txt"));
  });

  it("as a summary lets no text be markup", async () => {
    const text = renderGithubSummary(report, options);
    const outside = text.replace(/^ {2}(`{3,})text\n[\s\S]*?^ {2}\1$/gm, "");
    expect(outside).not.toMatch(/<\/?\w/);
    expect(outside).not.toMatch(/(?<!\\)\]\(/);
    expect(text).not.toMatch(steering);
    await expect(text).toMatchFileSnapshot(golden("summary.md.txt"));
  });
});

describe("no form is greener than the exit code", () => {
  const verdicts: readonly Verdict[] = [
    "pass",
    "fail",
    "flaky",
    "known-failing",
    "stale-known-failing",
    "schema-bug",
    "inconclusive",
    "skipped",
  ];
  const anyLaws = fc.array(fc.constantFrom(...verdicts), { maxLength: 3 });
  const anyReport = fc
    .record({ bindings: fc.array(anyLaws, { maxLength: 3 }), account: anyLaws })
    .map(({ bindings, account }) =>
      reportOf(
        bindings.map((laws, i) =>
          bindingOf(
            `Rpc${i}`,
            laws.map((verdict, n) => lawOf(verdict, { law: `R${n + 1}` })),
          ),
        ),
        { account: account.map((verdict, n) => lawOf(verdict, { law: `D${n + 1}` })) },
      ),
    );

  const expectedOf = (code: 0 | 3 | 100, broken: number, open: number) =>
    code === 100 ? broken > 0 : code === 3 ? broken === 0 && open > 0 : broken + open === 0;

  it("100 has a broken case, 3 an open one, and 0 neither", () => {
    fc.assert(
      fc.property(anyReport, (report) => {
        const count = (outcome: string) =>
          casesOf(report).filter((each) => each.outcome === outcome).length;
        return expectedOf(exitCodeOf(report), count("broken"), count("open"));
      }),
    );
  });

  it("so do JUnit's failures and errors, and every document is valid", () => {
    fc.assert(
      fc.property(anyReport, (report) => {
        const suites = readSuites(renderFile("junit", report, options));
        const sum = (name: "failures" | "errors") =>
          suites.reduce((total, suite) => total + suite[name], 0);
        const problems = formats.flatMap((format) => problemsOf(format, report));
        return (
          problems.length === 0 && expectedOf(exitCodeOf(report), sum("failures"), sum("errors"))
        );
      }),
      { numRuns: 50 },
    );
  });

  it("a run over nothing is open", () => {
    const report = reportOf([]);
    expect(exitCodeOf(report)).toBe(3);
    expect(casesOf(report)).toMatchObject([
      { outcome: "open", message: "nothing passed, so there is no evidence" },
    ]);
  });
});

it("text of any kind gives valid documents", () => {
  const anyText = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
    fc.constant(hostile),
  );
  fc.assert(
    fc.property(anyText, anyText, anyText, (summary, answer, name) => {
      const element = `acme.${name}`;
      const broken = lawOf("fail", { failure: { ...failure, summary, answer } });
      const report = reportOf([
        bindingOf("Buy", [broken, lawOf("inconclusive", { reason: answer })]),
        { ...bindingOf("Pay", [broken]), element, pattern: element, builds: [element] },
      ]);
      const [module] = report.modules;
      const hostileName = { ...report, modules: [{ ...module, module: `a/${element}` }] };
      const all = [report, hostileName as RunReport];
      return all.every((each) =>
        formats.every(
          (format) =>
            problemsOf(format, each).length === 0 &&
            !steering.test(renderFile(format, each, options)),
        ),
      );
    }),
    { numRuns: 100 },
  );
});

it("what a service says is cut off where it is long", () => {
  const long = "x".repeat(1024 * 1024);
  const broken = lawOf("fail", { failure: { ...failure, answer: long, message: { note: long } } });
  const report = reportOf([bindingOf("Buy", Array(20).fill(broken))]);
  for (const format of formats) {
    expect(renderFile(format, report, options).length).toBeLessThan(1024 * 1024);
  }
  const summary = renderGithubSummary(report, options);
  expect(summary.length).toBeLessThan(1024 * 1024);
});

it("more errors than GitHub shows are counted", () => {
  const names = Array.from({ length: 13 }, (_, i) => `Rpc${i}`);
  const report = reportOf(names.map((name) => bindingOf(name, [lawOf("fail")])));
  const lines = renderGithubCommands(report, options).trimEnd().split("\n");
  expect(lines).toHaveLength(11);
  expect(lines.at(-1)).toBe("::notice title=contract tests::3 more are in the job summary");
});

it("what holds for several laws of a binding is said once, and counted for each", () => {
  const open = ["R1", "R2", "R3"].map((law) => lawOf("inconclusive", { law, reason: "not live" }));
  const report = reportOf([bindingOf("Buy", open), bindingOf("Pay", open)]);
  const lines = renderGithubCommands(report, options).trimEnd().split("\n");
  expect(lines.map((line) => /title=(.*)::/.exec(line)?.[1])).toEqual([
    "R1%2C R2%2C R3%3A inconclusive",
    "R1%2C R2%2C R3%3A inconclusive",
  ]);
  const summary = renderGithubSummary(report, options);
  expect(summary).toContain("| 0 | 6 | 0 | 0 | 0 |");
  expect([...summary.matchAll(/^- /gm)]).toHaveLength(2);
});

it("SARIF keeps a finding's fingerprint when its message and line differ", () => {
  const printsOf = (report: RunReport) =>
    JSON.parse(renderFile("sarif", report, options)).runs[0].results.map(
      (each: { partialFingerprints: object }) => each.partialFingerprints,
    );
  const moved = lawOf("fail", {
    failure: { ...failure, summary: "other", place: { ...failure.place, line: 99 } },
  });
  const before = printsOf(reportOf([bindingOf("Buy", [lawOf("fail")])]));
  expect(printsOf(reportOf([bindingOf("Buy", [moved])]))).toEqual(before);
  expect(printsOf(reportOf([bindingOf("Pay", [moved])]))).not.toEqual(before);
});

describe("the schemas refuse what no reader would take", () => {
  const rendered = Object.fromEntries(
    formats.map((format) => [format, renderFile(format, richReport(), options)]),
  ) as Record<(typeof formats)[number], string>;

  it.each([
    [
      "junit",
      "children in another order",
      /(<properties>[\s\S]*?<\/properties>)([\s\S]*?)(<system-out>)/,
      "$2$1$3",
    ],
    ["junit", "an attribute that is not known", "<testsuite ", '<testsuite colour="red" '],
    ["junit", "a case without its time", / time="[^"]*"/, ""],
    ["junit", "a time zone", /timestamp="([^"]*)"/, 'timestamp="$1Z"'],
    ["junit", "a count that is wrong", / failures="\d+"/, ' failures="99"'],
    ["junit", "a control character", "</testsuites>", "\u0001</testsuites>"],
    ["junit", "an element that is not closed", "</testsuites>", ""],
    ["ctrf", "a version that there is not", "0.0.0", "1.0.0"],
    ["ctrf", "a status that is none", '"status": "passed"', '"status": "green"'],
    ["ctrf", "a part of a millisecond", /"duration": \d+/, '"duration": 0.5'],
    ["ctrf", "a field that is not known", '"reportFormat"', '"colour": "red", "reportFormat"'],
    ["sarif", "a level that is none", '"level": "error"', '"level": "red"'],
    ["sarif", "a line before the first", /"startLine": \d+/, '"startLine": 0'],
    ["sarif", "a place that is no URI", /"uri": "[^"]*"/, '"uri": "a b"'],
    ["sarif", "a field that is not known", '"ruleId"', '"colour": "red", "ruleId"'],
  ] as const)("%s with %s", (format, _what, found, instead) => {
    const broken = rendered[format].replace(found, instead);
    expect(broken).not.toBe(rendered[format]);
    expect(problemsIn[format](broken)).not.toEqual([]);
  });
});

const kinds: readonly EvidenceKind[] = ["real", "reference", "mock"];
it.each(kinds)("CTRF says who answered: %s", (kind) => {
  const binding = { ...bindingOf("Buy", [lawOf("pass")]), evidence: kind };
  const report = { ...reportOf([binding]), totals: totalsOf(reportOf([binding]).modules) };
  const { results } = JSON.parse(renderFile("ctrf", report, options));
  expect(results.tests[0].extra).toMatchObject({ answeredBy: kind, builds: ["shop@2.0.1"] });
  expect(results.extra.evidence).toMatchObject({ [kind]: 1 });
});
