import type { Idempotency } from "../../registry/core/binding/binding.ts";
import { canonicalJson, digestOf } from "../../registry/core/revision/digest.ts";
import type { TestedSubject, TestRun } from "../../registry/core/verification/verification.ts";
import type { ContractUnderTest } from "../runner/contract.ts";
import type { Law } from "../runner/laws/law.ts";
import type { RunReport } from "../runner/report.ts";
import { reasonNotTo } from "../runner/safety.ts";
import type { Attributed } from "./attribute.ts";

/** What the report of a run was made from. */
export interface Tested {
  readonly report: RunReport;
  readonly contracts: readonly ContractUnderTest[];
  readonly laws: readonly Pick<Law, "id" | "minimum" | "effect">[];
  /** `charter 0.3.0` */
  readonly runner: string;
}

/** A run as the registry keeps it. */
export function testRunOf(
  tested: Tested,
  subjects: readonly Attributed[],
  environment: string,
): TestRun {
  const { report, runner } = tested;
  return {
    runId: report.runId,
    environment,
    seed: report.seed,
    testedAt: report.startedAt,
    runner,
    lawSet: lawSetOf(tested),
    rows: subjects.map((each) => rowOf(each, tested)),
  };
}

function rowOf({ module, binding, participant, build }: Attributed, tested: Tested): TestedSubject {
  return {
    participant,
    build,
    module: module.module,
    semver: module.semver,
    digest: module.digest,
    subject: binding.pattern,
    evidence: binding.evidence ?? "mock",
    laws: binding.laws.map(({ law, verdict, samples }) => ({ law, verdict, samples })),
    untried: binding.laws
      .filter(({ law, verdict }) => verdict === "skipped" && isForbidden(law))
      .map(({ law }) => law),
  };

  /**
   * A law that was skipped because it does not apply is not missed; nor one that publishes, because
   * it tries streams and consumers, and not the build that publishes.
   */
  function isForbidden(id: string): boolean {
    const law = tested.laws.find((each) => each.id === id);
    const idempotency = idempotencyOf(tested.contracts, module.module, binding.pattern);
    return (
      law?.effect === "calls" &&
      reasonNotTo(law.effect, idempotency, tested.report.environmentClass) !== null
    );
  }
}

function idempotencyOf(
  contracts: readonly ContractUnderTest[],
  module: string,
  pattern: string,
): Idempotency {
  const binding = contracts
    .filter((each) => each.module === module)
    .flatMap(({ bindings }) => bindings)
    .find((each) => each.pattern === pattern);
  return binding === undefined || binding.kind === "event" ? "unknown" : binding.idempotency;
}

/** Which laws there were, and how much each demands. */
function lawSetOf({ report, laws }: Tested): string {
  const there = laws.filter(({ id }) => report.laws.includes(id));
  return digestOf(canonicalJson(there.map(({ id, minimum }) => [id, minimum]).sort()));
}
