import type { Deployment, Evidence } from "../deployment/deployment.ts";
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
  const real = deployments.filter((each) => each.evidence === "real");
  const builds = new Map<string, readonly [participant: string, build: string]>();
  for (const { participant, build } of [...real, ...verifications]) {
    if (build !== null) builds.set(JSON.stringify([participant, build]), [participant, build]);
  }
  const lines = [...builds.values()].flatMap(([participant, build]) => {
    const isOwn = (each: { participant: string; build: string | null }) =>
      each.participant === participant && each.build === build;
    const own = real.filter(isOwn);
    const runsIn = [...new Set(own.map((each) => each.environment))].sort();
    if (only.environment !== undefined && !runsIn.includes(only.environment)) return [];
    const rows = verifications.filter(isOwn);
    return servedSubjects(own, rows, contractOf)
      .filter((each) => only.module === undefined || each.module === only.module)
      .flatMap((each) =>
        linesOf(each, rows).map((line) => ({ participant, build, runsIn, ...line })),
      );
  });
  return lines.sort(byName);
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
  const keyOf = (line: MatrixLine) =>
    [line.participant, line.build, line.subject, line.tested?.environment ?? ""].join("\n");
  return keyOf(a) < keyOf(b) ? -1 : 1;
}
