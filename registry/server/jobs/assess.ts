import { create, createFileRegistry, type FileRegistry } from "@bufbuild/protobuf";
import { type FileDescriptorSet, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import type { Place } from "../../core/binding/binding.ts";
import { streamDisagreements } from "../../core/binding/stream-agreement.ts";
import { type FailurePlace, RegistryFailure } from "../../core/failure.ts";
import type { Finding, Verdict } from "../../core/gate/report.ts";
import { ruleOf } from "../../core/gate/rules.ts";
import { defaultPolicy, type PolicyVersion } from "../../core/policy/policy.ts";
import { type Strictness, strictnessOf } from "../../core/policy/strictness.ts";
import { type Inspection, inspectModule } from "../../core/registration/inspect.ts";
import type { Head } from "../../core/registration/plan.ts";
import { type TypeGraph, typeGraph } from "../../core/revision/closure.ts";
import { narrowImage, readImage } from "../../core/revision/image.ts";
import type { Clock, GateStore, SchemaCompiler } from "../ports.ts";
import { applyBindingsFiles } from "./apply-bindings-files.ts";
import { checkClaims } from "./check-claims.ts";
import { type Compared, compareWithBaselines, judgeAlone } from "./compare-with-baselines.ts";
import type { LinkedReleases } from "./linked-releases.ts";
import { type Imported, loadImports } from "./load-imports.ts";
import { orderByImports } from "./order-by-imports.ts";
import { inspectProposal, type ProposedModule, type ProposedRevision } from "./proposal.ts";

/** What assessing asks of the outside. */
export interface AssessPorts {
  readonly store: GateStore;
  readonly compiler: SchemaCompiler;
  readonly releases: LinkedReleases;
  /** The policy that holds now. */
  readonly policy: () => PolicyVersion;
  readonly clock: Clock;
}

/** A changed module, compiled and judged. */
export interface AssessedModule extends Compared {
  readonly revision: ProposedRevision;
  readonly head: Head | null;
  readonly inspection: Inspection;
  /** The module's files and all that they import, with source info. */
  readonly image: Uint8Array;
  readonly verdict: Extract<Verdict, "accepted" | "rejected">;
  /** Whether it breaks a promise that a version gave, and the policy lets it through. */
  readonly isBreak: boolean;
}

/** A proposal, judged. */
export interface Assessment {
  readonly revisions: readonly ProposedRevision[];
  readonly heads: ReadonlyMap<string, Head | null>;
  /** The changed modules in the order of their imports. */
  readonly changed: readonly AssessedModule[];
  readonly imported: Imported;
  readonly registry: FileRegistry;
  readonly graph: TypeGraph;
  /** The policy that judged. */
  readonly policy: PolicyVersion;
}

/**
 * Loads what a proposal needs and judges it; writes nothing. A check and a registration both go
 * through here, so a client that skips the check gains nothing.
 *
 * @throws RegistryFailure when the proposal cannot be compiled, bound or owned
 */
export async function assess(
  ports: AssessPorts,
  proposal: readonly ProposedModule[],
): Promise<Assessment> {
  const { store, compiler } = ports;
  const policy = ports.policy();
  const revisions = inspectProposal(proposal);
  const heads = new Map(revisions.map((each) => [each.module, store.head(each.module)]));
  checkExpectedHeads(proposal, revisions, heads);
  const anyOrder = revisions.filter((each) => heads.get(each.module)?.digest !== each.digest);
  checkClaims.ofFiles(store, anyOrder);
  const imported = loadImports(store, anyOrder);
  const changedRevisions = orderByImports(store, anyOrder, imported);
  const linked = await link(compiler, changedRevisions, imported);
  const graph = typeGraph(linked.registry);
  const inspections = changedRevisions.map((revision) =>
    inspectModule(
      revision.module,
      [...revision.imports.keys()],
      linked.registry,
      graph,
      policy.policy.subjects,
      linked.places,
    ),
  );
  refuseProblems(inspections.flatMap((each) => each.problems));
  checkClaims.ofPackages(store, changedRevisions, inspections);
  checkClaims.ofSubjects(store, changedRevisions, inspections);
  refuseProblems(disagreements(store, changedRevisions, inspections));

  const changed = await Promise.all(
    changedRevisions.map(async (revision, i): Promise<AssessedModule> => {
      const inspection = inspections[i];
      if (inspection === undefined) throw new Error("each revision has an inspection");
      const head = heads.get(revision.module) ?? null;
      return judgeModule(ports, policy, { revision, inspection, head }, linked);
    }),
  );
  return {
    revisions,
    heads,
    changed,
    imported,
    registry: linked.registry,
    graph,
    policy,
  };
}

async function judgeModule(
  ports: AssessPorts,
  policy: PolicyVersion,
  proposed: Pick<AssessedModule, "revision" | "inspection" | "head">,
  linked: Linked,
): Promise<AssessedModule> {
  const { revision, inspection, head } = proposed;
  const compiled = {
    module: revision.module,
    revision: { ...revision, registry: linked.registry, bindings: inspection.bindings },
    image: { set: linked.set, files: new Set(revision.imports.keys()) },
  };
  const strictness = strictnessOf(policy.policy, revision.module);
  const compared: Compared =
    head === null
      ? judgeAlone({ strictness }, compiled, ports.clock.now())
      : await compareWithBaselines({ ...ports, strictness }, head, compiled, ports.clock.now());
  const { findings } = compared;
  return {
    ...proposed,
    ...compared,
    // Only a registration needs it, and it takes as long as all of Charter's own comparisons.
    get image() {
      return narrowImage(linked.set, revision.imports.keys());
    },
    verdict: findings.some((finding) => finding.blocking) ? "rejected" : "accepted",
    isBreak: findings.some((each) => breaksPromise(each, promise)),
  };
}

/** What `^` promises does not depend on what an estate lets through. */
const promise = strictnessOf(defaultPolicy, "*");

/** Whether a finding takes back what `^` promises, whoever relies on it. */
function breaksPromise(finding: Finding, of: Strictness): boolean {
  const { introduced, tier, protoPackage } = finding;
  const own = finding.rules.map(ruleOf).filter(({ family }) => family !== "consumer");
  return introduced && own.slice(0, 1).some((rule) => of(rule, tier, protoPackage));
}

/** What the proposal says of a stream, against itself and the heads of all other modules. */
function disagreements(
  store: GateStore,
  revisions: readonly ProposedRevision[],
  inspections: readonly Inspection[],
): readonly FailurePlace[] {
  const changed = new Set(revisions.map((each) => each.module));
  const added = revisions.flatMap(({ module }, i) =>
    (inspections[i]?.bindings ?? []).map((binding) => ({ module, binding })),
  );
  const existing = store.headBindings().filter((each) => !changed.has(each.module));
  return streamDisagreements(added, existing);
}

function checkExpectedHeads(
  proposal: readonly ProposedModule[],
  revisions: readonly ProposedRevision[],
  heads: ReadonlyMap<string, Head | null>,
): void {
  for (const [i, { name, expectedHead }] of proposal.entries()) {
    const actual = heads.get(name)?.digest ?? null;
    if (expectedHead === undefined || expectedHead === actual) continue;
    // Whoever repeats a push whose answer was lost finds their own revision there.
    if (actual === revisions[i]?.digest) continue;
    throw new RegistryFailure(
      "BASELINE_MOVED",
      `Head of ${name} is ${actual ?? "not there"}, and the proposal expects ${expectedHead ?? "a new module"}. Someone else has pushed: take their change in, check again, and push.`,
      { places: [{ module: name, message: `head is ${actual ?? "not there"}` }] },
    );
  }
}

interface Linked {
  readonly set: FileDescriptorSet;
  readonly registry: FileRegistry;
  /** Where the bindings of a bindings.yaml are written. */
  readonly places: ReadonlyMap<string, Place>;
}

async function link(
  compiler: SchemaCompiler,
  revisions: readonly ProposedRevision[],
  imported: Imported,
): Promise<Linked> {
  // A proposal that head holds already needs no compiler, so repeating a push is cheap.
  if (revisions.length === 0) {
    const set = create(FileDescriptorSetSchema);
    return { set, registry: createFileRegistry(set), places: new Map() };
  }
  const own = revisions.flatMap((revision) => revision.files);
  const result = await compiler.build([...own, ...imported.files]);
  if (!result.ok) {
    const places = result.places.map((place) => withModule(place, revisions));
    const first = places[0];
    const where = first?.file === undefined ? "" : `${first.file}:${first.line ?? 1}: `;
    throw new RegistryFailure(
      "COMPILE_FAILED",
      `The protos do not compile: ${where}${first?.message ?? ""}.`,
      { places },
    );
  }
  const set = readImage(result.image);
  const { places, problems } = applyBindingsFiles(set, revisions, imported);
  refuseProblems(problems);
  return { set, registry: createFileRegistry(set), places };
}

function withModule(place: FailurePlace, revisions: readonly ProposedRevision[]): FailurePlace {
  const file = place.file;
  const owner = revisions.find((each) => file !== undefined && each.imports.has(file));
  return owner === undefined ? place : { ...place, module: owner.module };
}

function refuseProblems(problems: readonly FailurePlace[]): void {
  const first = problems[0];
  if (first === undefined) return;
  throw new RegistryFailure(
    "BINDING_INVALID",
    `${first.file}:${first.line}: ${first.message}. Mend the binding and check again.`,
    { places: problems },
  );
}
