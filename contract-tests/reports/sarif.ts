import { createHash } from "node:crypto";
import { catalogue } from "../catalogue/catalogue.ts";
import { lawPage } from "../catalogue/law-page.ts";
import { exitCodeOf, type RunReport } from "../runner/report.ts";
import { type Case, casesOf } from "./cases.ts";
import { plainText } from "./plain-text.ts";
import type { RenderOptions } from "./render-options.ts";

const longestText = 16 * 1024;

/**
 * SARIF 2.1.0 for code scanning: what was found wrong at its line of the contract. What passed or was
 * skipped is no result; an alert would be shown for it.
 */
export function renderSarif(report: RunReport, { locate }: RenderOptions): string {
  const cases = casesOf(report).filter(
    ({ outcome }) => outcome !== "passed" && outcome !== "skipped",
  );
  const laws = [...new Map(cases.map(({ law, title }) => [law, title]))];
  const ids = laws.map(([id]) => id);
  const log = {
    $schema:
      "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "charter contract test", rules: laws.map(ruleOf) } },
        automationDetails: { id: `charter-contract-test/${report.environmentClass}/` },
        columnKind: "utf16CodeUnits",
        invocations: [invocationOf(report)],
        results: cases.map((each) => ({
          ruleIndex: ids.indexOf(each.law),
          ...resultOf(each, locate),
        })),
        properties: { run: report.runId, seed: report.seed },
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function ruleOf([id, title]: readonly [string, string]) {
  const entry = catalogue.get(id);
  return {
    id,
    shortDescription: { text: title },
    ...(entry === undefined
      ? {}
      : {
          fullDescription: { text: entry.promise },
          help: { text: `charter explain ${id}`, markdown: lawPage(entry) },
        }),
    defaultConfiguration: { level: "error" },
    properties: { tags: ["contract"] },
  };
}

function invocationOf(report: RunReport) {
  const end = new Date(Date.parse(report.startedAt) + report.durationMs);
  return {
    executionSuccessful: true,
    exitCode: exitCodeOf(report),
    startTimeUtc: report.startedAt,
    endTimeUtc: end.toISOString(),
  };
}

function resultOf(each: Case, locate: RenderOptions["locate"]) {
  const { element, law, place, result } = each;
  const text = `${element}: ${each.message ?? each.title}\n${each.detail ?? ""}`.trimEnd();
  return {
    ruleId: law,
    ...levelOf(each),
    message: { text: plainText(text, longestText) },
    locations: [
      {
        ...(place === null
          ? {}
          : {
              physicalLocation: {
                artifactLocation: { uri: uriOf(locate(each.module, place.file)) },
                region: { startLine: Math.max(1, place.line) },
              },
            }),
        logicalLocations: [{ fullyQualifiedName: element, kind: "member" }],
      },
    ],
    partialFingerprints: { "charterLaw/v1": fingerprintOf(each) },
    ...(each.outcome === "known"
      ? {
          suppressions: [
            { kind: "external", status: "accepted", justification: each.message ?? "" },
          ],
        }
      : {}),
    properties: {
      verdict: each.verdict,
      module: each.module,
      subject: each.subject,
      samples: result?.samples ?? 0,
      minimum: result?.minimum ?? 0,
      seed: result?.failure?.replay?.seed ?? null,
      path: result?.failure?.replay?.path ?? null,
    },
  };
}

/** Whatever is not of kind `fail` must have no level. */
function levelOf({ verdict }: Case) {
  switch (verdict) {
    case "inconclusive":
      return { kind: "open", level: "none" };
    // The contract is wrong, whatever the service does; and it is known to be.
    case "schema-bug":
    case "known-failing":
      return { kind: "fail", level: "warning" };
    default:
      return { kind: "fail", level: "error" };
  }
}

/** The same for the same law on the same binding, also when the file moves or the case differs. */
function fingerprintOf({ module, element, law }: Case): string {
  return createHash("sha256")
    .update(JSON.stringify([module, element, law]))
    .digest("hex");
}

function uriOf(path: string): string {
  return path
    .split("/")
    .map((part) => encodeURIComponent(part.toWellFormed()))
    .join("/");
}
