import type { Environment, ServiceList } from "../../api/schemas/deployment.ts";
import type { Style } from "./style.ts";
import { renderTable } from "./table.ts";

type Running = ServiceList["running"][number];
type Absent = ServiceList["notRunning"][number];

/** What runs where, what does not, and what of it could not be seen. */
export function renderServices(services: ServiceList, style: Style): string {
  const { environments, running, notRunning } = services;
  const parts = [
    running.length > 0 ? renderRunning(running, style) : "Nothing is known to run.",
    notRunning.length > 0 ? renderAbsent(notRunning, style) : null,
    ...environments.map((each) => renderEnvironment(each, style)),
    environments.length === 0
      ? "No environment is watched, and no build is recorded. `charter deploy record` records one; CHARTER_WATCH has the registry watch."
      : null,
  ];
  return parts.filter((each) => each !== null).join("\n\n");
}

function renderRunning(running: readonly Running[], style: Style): string {
  const heading = ["ENVIRONMENT", "PARTICIPANT", "BUILD", "ROLE", "RELEASE", "HOW", "NOTE"];
  const rows = running.map((each) => [
    each.environment,
    each.participant,
    each.build ?? "-",
    each.role,
    releaseOf(each),
    each.source === "recorded" ? "recorded" : `observed ×${each.instances}`,
    noteOf(each),
  ]);
  return renderTable(heading, rows, style);
}

function releaseOf({ module, semver, subjects }: Running): string {
  if (module !== null) return `${module}@${semver ?? "?"}`;
  const [first = "?", ...more] = subjects;
  return more.length === 0 ? first : `${first} and ${more.length} more`;
}

const notes: Record<Running["state"], (service: Running) => string | null> = {
  registered: () => null,
  undeclared: ({ module }) =>
    module === null ? "not declared: no such subject" : "not declared: no such module or subject",
  release_unknown: ({ role }) => (role === "subscribes" ? null : "tells no release"),
  release_not_registered: () => "this release is not registered",
  other_digest: () => "built from other protos than the registered release",
};

function noteOf(service: Running): string {
  const { evidence, missedSince, state } = service;
  return [
    notes[state](service),
    evidence === "real" ? null : evidence,
    missedSince === null ? null : `not seen since ${missedSince}`,
  ]
    .filter((each) => each !== null)
    .join("; ");
}

function renderAbsent(absent: readonly Absent[], style: Style): string {
  const rows = absent.map((each) => [
    each.environment,
    each.service,
    `${each.module}@${each.semver}`,
    each.subjects.join(", "),
  ]);
  const table = renderTable(["ENVIRONMENT", "SERVICE", "RELEASE", "SUBJECTS"], rows, style);
  return `${style("yellow", "Declared but not running")}\n${table}`;
}

function renderEnvironment({ name, watched, lastLook, problem }: Environment, style: Style) {
  if (!watched) return null;
  if (problem !== null) {
    const since =
      lastLook === null ? "It has not answered yet." : `It answered last at ${lastLook}.`;
    return `${style("yellow", `${name} cannot be seen wholly:`)} ${problem}. ${since}`;
  }
  return lastLook === null ? `${name} is being looked at for the first time.` : null;
}
