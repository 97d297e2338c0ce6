import type { Baseline, CheckReport, ModuleReport, Verdict } from "../../core/gate/report.ts";
import type { Head } from "../../core/registration/plan.ts";
import type { GateStore } from "../ports.ts";
import type { Assessment } from "./assess.ts";
import { plannedVersions } from "./plan-registration.ts";

/** The report of an assessment: every module of the proposal, in the order of their names. */
export function reportOf(
  store: GateStore,
  assessment: Assessment,
  id: string,
  createdAt: string,
): CheckReport {
  const versions = plannedVersions(store, assessment);
  const changed = new Map(assessment.changed.map((each) => [each.revision.module, each]));
  const modules = assessment.revisions
    .map(({ module, digest }): ModuleReport => {
      const head = assessment.heads.get(module) ?? null;
      const each = changed.get(module);
      if (each === undefined) {
        const baselines: Baseline[] = head === null ? [] : [baselineOf(head)];
        const nothing = { findings: [], additions: [], migrations: [] };
        const semver = head?.semver ?? null;
        return { module, verdict: "unchanged", digest, baselines, semver, ...nothing };
      }
      const { verdict, baselines, findings, additions, migrations } = each;
      const semver = versions.get(module) ?? null;
      return { module, verdict, digest, baselines, semver, findings, additions, migrations };
    })
    .sort((a, b) => (a.module < b.module ? -1 : 1));
  const verdict = worstOf(modules);
  return {
    formatVersion: 1,
    id,
    createdAt,
    verdict,
    policyVersion: assessment.policy.version,
    partial: null,
    modules,
  };
}

function baselineOf({ semver, digest }: Head): Baseline {
  return { semver, digest, reasons: [{ kind: "head" }] };
}

function worstOf(modules: readonly ModuleReport[]): Verdict {
  const verdicts = new Set(modules.map((each) => each.verdict));
  if (verdicts.has("rejected")) return "rejected";
  return verdicts.has("accepted") ? "accepted" : "unchanged";
}
