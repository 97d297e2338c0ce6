import type { Deployment, Evidence } from "../deployment/deployment.ts";
import { groupBy } from "../group-by.ts";
import type { ContractOf } from "./contract-of.ts";
import { type ServedSubject, servedSubjects } from "./served.ts";
import type { SubjectVerdict } from "./verdict.ts";
import type { Verification } from "./verification.ts";

/** One subject of one build where it runs, with the evidence of one environment. */
export interface MatrixLine {
  readonly participant: string;
  readonly build: string;
  /** Where the build runs. */
  readonly runsIn: readonly string[];
  readonly module: string;
  readonly semver: string | null;
  readonly subject: string;
  /** Null where the build was never tested on it. */
  readonly tested: {
    readonly environment: string;
    readonly verdict: SubjectVerdict;
    readonly evidence: Evidence;
    readonly testedAt: string;
    readonly runId: string;
  } | null;
}

/** Participants by subjects: what runs or was tested, and the evidence of it. */
export function matrixOf(
  deployments: readonly Deployment[],
  verifications: readonly Verification[],
  contractOf: ContractOf,
  only: { readonly environment?: string; readonly module?: string },
): readonly MatrixLine[] {
  const real = deployments.filter((each) => each.evidence === "real" && each.build !== null);
  const running = groupBy(real, keyOf);
  const tested = groupBy(verifications, keyOf);
  const lines = [...new Set([...running.keys(), ...tested.keys()])].flatMap((key) => {
    const own = running.get(key) ?? [];
    const rows = tested.get(key) ?? [];
    const { participant = "", build = "" } = rows[0] ?? own[0] ?? {};
    const runsIn = [...new Set(own.map((each) => each.environment))].sort();
    if (only.environment !== undefined && !runsIn.includes(only.environment)) return [];
    return servedSubjects(own, rows, contractOf)
      .filter((each) => only.module === undefined || each.module === only.module)
      .flatMap((each) => linesOf(each, rows))
      .map((line) => ({ participant, build: build ?? "", runsIn, ...line }));
  });
  return lines.sort(byName);
}

function keyOf({ participant, build }: { participant: string; build: string | null }): string {
  return `${participant}@${build}`;
}

type Line = Omit<MatrixLine, "participant" | "build" | "runsIn">;

function linesOf(served: ServedSubject, rows: readonly Verification[]): readonly Line[] {
  const { module, semver, subject, digest } = served;
  const fitting = rows.filter(
    (each) => each.subject === subject && (digest === null || each.digest === digest),
  );
  const base = { module, semver, subject };
  if (fitting.length === 0) return [{ ...base, tested: null }];
  return fitting.map(({ environment, verdict, evidence, testedAt, runId, ...row }) => ({
    ...base,
    semver: semver ?? row.semver,
    tested: { environment, verdict, evidence, testedAt, runId },
  }));
}

function byName(a: MatrixLine, b: MatrixLine): number {
  const nameOf = (line: MatrixLine) =>
    [line.participant, line.build, line.subject, line.tested?.environment ?? ""].join("\n");
  return nameOf(a) < nameOf(b) ? -1 : 1;
}
