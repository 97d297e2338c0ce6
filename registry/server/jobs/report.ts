import type { CheckReport, ModuleReport, Verdict } from "../../core/gate/report.ts";
import type { Assessment } from "./assess.ts";
import { plannedVersions } from "./plan-registration.ts";

/** The report of an assessment: every module of the proposal, in the order of their names. */
export function reportOf(assessment: Assessment, id: string, createdAt: string): CheckReport {
  const versions = plannedVersions(assessment);
  const changed = new Map(assessment.changed.map((each) => [each.revision.module, each]));
  const modules = assessment.revisions
    .map(({ module, digest }): ModuleReport => {
      const head = assessment.heads.get(module) ?? null;
      const baseline = head === null ? null : { semver: head.semver, digest: head.digest };
      const each = changed.get(module);
      if (each === undefined) {
        const semver = head?.semver ?? null;
        return { module, verdict: "unchanged", digest, baseline, semver, findings: [] };
      }
      const { verdict, findings } = each;
      return { module, verdict, digest, baseline, semver: versions.get(module) ?? null, findings };
    })
    .sort((a, b) => (a.module < b.module ? -1 : 1));
  return { formatVersion: 1, id, createdAt, verdict: worstOf(modules), modules };
}

function worstOf(modules: readonly ModuleReport[]): Verdict {
  const verdicts = new Set(modules.map((each) => each.verdict));
  if (verdicts.has("rejected")) return "rejected";
  return verdicts.has("accepted") ? "accepted" : "unchanged";
}
