import { valid } from "semver";
import { isBuild, isParticipant } from "../../registry/core/deployment/deployment.ts";
import type { BindingResult, ModuleResult, RunReport } from "../runner/report.ts";

/** Whom a command line names; null where it leaves that to what answered. */
export interface NamedBuild {
  readonly participant: string | null;
  readonly build: string | null;
}

/** A tested subject, with whom it says something of. */
export interface Attributed {
  readonly module: ModuleResult;
  readonly binding: BindingResult;
  readonly participant: string;
  readonly build: string;
}

export interface Attribution {
  readonly subjects: readonly Attributed[];
  /** What was tested, and says nothing of a build. */
  readonly leftOut: readonly { readonly subject: string; readonly reason: string }[];
}

/** Two builds answered where one was asked for. The message says what to do. */
export class ConflictingBuilds extends Error {
  override readonly name = "ConflictingBuilds";
}

interface Answered {
  readonly module: ModuleResult;
  readonly binding: BindingResult;
  /** As `$SRV.INFO` tells. */
  readonly told: readonly Told[];
}

interface Told {
  readonly participant: string;
  /** Null where it tells none. */
  readonly build: string | null;
}

/**
 * Says whose evidence a run is: of each subject the one build that answered there. A participant that
 * is named and answered leaves the others out; one that did not answer is another name of the only one
 * that did. A build that is named stands for the version that answered, but never for another semver:
 * that one is not rolled out yet.
 *
 * @throws ConflictingBuilds
 */
export function attribute(report: RunReport, named: NamedBuild): Attribution {
  const answered = report.modules.flatMap((module) =>
    module.bindings
      .filter((binding) => binding.evidence !== null)
      .map((binding): Answered => ({ module, binding, told: binding.builds.map(toldBy) })),
  );
  const telling = answered.filter(({ told }) => told.length > 0);
  const chosen = chosenOf(telling, named);
  checkBuilds(chosen, named);
  const owned = chosen.map((each) => owner(each.told[0], each, named));
  const untold = answered
    .filter(({ told }) => told.length === 0)
    .map((each) => owner(onlyOf(each, telling, owned, named), each, named));
  const all = [...owned, ...untold];
  return {
    subjects: all.filter((each) => "participant" in each),
    leftOut: all.filter((each) => "reason" in each),
  };
}

function toldBy(text: string): Told {
  const at = text.lastIndexOf("@");
  const build = text.slice(at + 1);
  return { participant: text.slice(0, at), build: build === "?" ? null : build };
}

/** The subjects that the named participant answers, or all. Each must be answered by one build. */
function chosenOf(telling: readonly Answered[], { participant }: NamedBuild): readonly Answered[] {
  const names = namesOf(telling);
  const isThere = participant !== null && names.includes(participant);
  if (participant !== null && !isThere && names.length > 1) {
    throw new ConflictingBuilds(
      `${participant} did not answer, and ${listed(names)} did. Name one of these with --participant, or leave it away to publish each subject under what answered.`,
    );
  }
  const chosen = isThere
    ? telling.filter(({ told }) => told.some((each) => each.participant === participant))
    : telling;
  const mixed = chosen.find(({ told }) => told.length > 1);
  if (mixed === undefined) return chosen;
  throw new ConflictingBuilds(
    `${mixed.binding.pattern} was answered by ${listed(mixed.binding.builds)}, so it is evidence for neither. Test where one build runs, or when the roll-out is over.`,
  );
}

function checkBuilds(chosen: readonly Answered[], { build }: NamedBuild): void {
  if (build === null) return;
  const others = chosen.flatMap(({ told }) => told.filter((each) => each.build !== build));
  const versions = [...new Set(others.map((each) => each.build ?? "?"))];
  const isAnother = valid(build) !== null && others.some((each) => valid(each.build) !== null);
  if (isAnother) {
    throw new ConflictingBuilds(
      `The build is said to be ${build}, and ${listed(versions)} answered. Test when ${build} is rolled out, or leave --build away to publish for what answered.`,
    );
  }
  const all = new Set(chosen.flatMap(({ told }) => told.map((each) => each.build)));
  if (versions.length === 0 || all.size === 1) return;
  throw new ConflictingBuilds(
    `${build} cannot stand for ${listed([...all].map((each) => each ?? "?"))}, which all answered. Name one participant of these with --participant, or test one module.`,
  );
}

/** Who stands behind what tells nothing, such as an event: the only one that the module has. */
function onlyOf(
  { module }: Answered,
  telling: readonly Answered[],
  owned: readonly (Attributed | LeftOut)[],
  { participant, build }: NamedBuild,
): Told | undefined {
  if (telling.length === 0) return participant === null ? undefined : { participant, build };
  const ofModule = telling.filter((each) => each.module === module);
  const names = new Set(ofModule.flatMap(({ told }) => told.map((each) => each.participant)));
  const own = owned.flatMap((each) =>
    "participant" in each && each.module === module ? [each] : [],
  );
  const builds = new Set(own.map((each) => each.build));
  return names.size === 1 && builds.size === 1 ? own[0] : undefined;
}

type LeftOut = Attribution["leftOut"][number];

function owner(
  told: Told | undefined,
  { module, binding }: Answered,
  named: NamedBuild,
): Attributed | LeftOut {
  const subject = binding.pattern;
  const participant = named.participant ?? told?.participant;
  const build = named.build ?? told?.build;
  if (told === undefined) {
    const reason = "nobody tells which build stands behind it; name one for this module alone";
    return { subject, reason: `${reason} with --participant and --build` };
  }
  if (build === undefined || build === null) {
    return { subject, reason: "what answered tells no version; name it with --build" };
  }
  if (participant === undefined || !isParticipant(participant) || !isBuild(build)) {
    return {
      subject,
      reason: "what answered has no name that the registry takes; name it with --participant",
    };
  }
  return { module, binding, participant, build };
}

function namesOf(telling: readonly Answered[]): readonly string[] {
  return [...new Set(telling.flatMap(({ told }) => told.map((each) => each.participant)))];
}

/** What services call themselves is their own; only what names are made of is shown. */
function listed(names: readonly string[]): string {
  const shown = names.slice(0, 5).map((each) => each.replace(/[^ -~]/g, "?").slice(0, 200));
  return names.length > shown.length
    ? `${shown.join(", ")} and ${names.length - shown.length} more`
    : shown.join(" and ");
}
