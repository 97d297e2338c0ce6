import type { RunReport } from "../runner/report.ts";
import { type Case, casesOf } from "./cases.ts";
import { plainLine, plainText } from "./plain-text.ts";

const longestText = 64 * 1024;
const longestName = 300;

/**
 * JUnit's XML, in the form that Ant's schema and Jenkins' both accept: a suite for each module, a case
 * for each law on each binding. What has too little evidence is an error: skipped would look green.
 */
export function renderJunit(report: RunReport): string {
  const suites = new Map<string, Case[]>();
  for (const each of casesOf(report)) {
    const name = each.semver === null ? each.module : `${each.module}@${each.semver}`;
    suites.set(name, [...(suites.get(name) ?? []), each]);
  }
  const lines = [...suites].flatMap(([name, cases], id) => suiteLines(report, name, cases, id));
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    "<testsuites>",
    ...lines,
    "</testsuites>",
    "",
  ].join("\n");
}

function suiteLines(report: RunReport, name: string, cases: readonly Case[], id: number): string[] {
  const count = (...outcomes: readonly Case["outcome"][]) =>
    cases.filter(({ outcome }) => outcomes.includes(outcome)).length;
  const attributes = attributesOf({
    name,
    package: "charter",
    id,
    // Ant's schema takes neither a time zone nor fractions.
    timestamp: report.startedAt.slice(0, 19),
    hostname: "localhost",
    tests: cases.length,
    failures: count("broken"),
    errors: count("open"),
    skipped: count("skipped", "known"),
    // Of its cases: modules are tested side by side.
    time: seconds(cases.reduce((sum, { result }) => sum + (result?.durationMs ?? 0), 0)),
  });
  const properties = Object.entries(propertiesOf(report)).map(
    ([property, value]) => `      <property${attributesOf({ name: property, value })}/>`,
  );
  return [
    `  <testsuite${attributes}>`,
    "    <properties>",
    ...properties,
    "    </properties>",
    ...cases.map(caseLine),
    "    <system-out></system-out>",
    "    <system-err></system-err>",
    "  </testsuite>",
  ];
}

function propertiesOf({ runId, seed, environmentClass }: RunReport) {
  return { run: runId, seed, environmentClass };
}

function caseLine(each: Case): string {
  const name = `${each.law} ${each.title}`;
  // The attribute must be there, also of what only stands for missing evidence.
  const time = seconds(each.result?.durationMs ?? 0);
  const open = `    <testcase${attributesOf({ name, classname: each.element, time })}`;
  const inside = insideOf(each);
  return inside === null ? `${open}/>` : `${open}>${inside}</testcase>`;
}

function insideOf(each: Case): string | null {
  const { outcome, verdict, detail } = each;
  if (outcome === "passed") return null;
  const message = each.message ?? verdict;
  if (outcome === "known" || outcome === "skipped") {
    const why = outcome === "known" ? `known failing: ${message}` : message;
    return `<skipped${attributesOf({ message: why })}/>`;
  }
  const element = outcome === "broken" ? "failure" : "error";
  const text = escapeXml(plainText(detail ?? message, longestText));
  return `<${element}${attributesOf({ message, type: verdict })}>${text}</${element}>`;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

function attributesOf(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(
      ([name, value]) => ` ${name}="${escapeXml(plainLine(String(value), attributeLimit(name)))}"`,
    )
    .join("");
}

function attributeLimit(name: string): number {
  return name === "message" ? longestText : longestName;
}

/** `]]>` has no place in text either. */
function escapeXml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
