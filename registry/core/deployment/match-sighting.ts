import { filtersMeet } from "../subject/filters-meet.ts";
import type { DeployedUse } from "./deployment.ts";
import type { SeenConsumer, SeenEndpoint, Sighting } from "./sighting.ts";
import {
  type DeclaredBinding,
  filterOf,
  protoPackageOf,
  type SubjectMatches,
} from "./subject-matches.ts";

/** What the registry knows, for the comparison with what was seen. */
export interface Declared {
  /** The bindings of all heads. */
  readonly heads: SubjectMatches;
  /** The bindings of one release, or null when it is not registered. */
  release(module: string, semver: string): SubjectMatches | null;
  protoPackages(module: string): readonly string[];
}

/** Who uses which contract, by what a look saw; the same use of several instances is one. */
export function usesOf(
  environment: string,
  sighting: Sighting,
  declared: Declared,
): readonly DeployedUse[] {
  const { endpoints, consumers } = sighting;
  const found: Found[] = [
    ...(endpoints.ok ? endpoints.found.flatMap((each) => usesOfEndpoint(each, declared)) : []),
    ...(consumers.ok ? consumers.found.flatMap((each) => usesOfConsumer(each, declared)) : []),
  ];
  const merged = new Map<string, { use: Omit<Found, "instance">; instances: Set<string> }>();
  for (const { instance, ...use } of found) {
    const key = JSON.stringify(use);
    const known = merged.get(key) ?? { use, instances: new Set() };
    merged.set(key, known);
    if (instance !== null) known.instances.add(instance);
  }
  return [...merged.values()].map(({ use, instances }) => ({
    ...use,
    environment,
    source: "observed",
    instances: instances.size,
  }));
}

interface Found extends Omit<DeployedUse, "environment" | "source" | "instances"> {
  /** Null when nobody is behind it now. */
  readonly instance: string | null;
}

/**
 * What serves a subject is judged by the registry's own bindings first. What it tells about its
 * module counts where it fits them, or where the release that it names has the subject.
 */
function usesOfEndpoint(endpoint: SeenEndpoint, declared: Declared): Found[] {
  const { participant, build, instance, subject, module, semver, digest, evidence } = endpoint;
  const base = { participant, build, instance, evidence };
  const bound = boundBy(endpoint, declared);
  if (bound.length === 0) {
    const told = { module, semver, digest, protoPackage: null, subject };
    return [{ ...base, ...told, role: "serves" }];
  }
  return bound.map((binding) => {
    const fits = binding.module === module;
    return {
      ...base,
      role: binding.kind === "event" ? "subscribes" : "serves",
      module: binding.module,
      protoPackage: protoPackageOf(binding, declared.protoPackages(binding.module)),
      subject: binding.pattern,
      semver: fits ? semver : null,
      digest: fits ? digest : null,
    };
  });
}

function boundBy(endpoint: SeenEndpoint, declared: Declared): readonly DeclaredBinding[] {
  const { subject, module, semver } = endpoint;
  const heads = declared.heads.of(subject);
  if (module === null || semver === null) return heads;
  const own = heads.filter((each) => each.module === module);
  if (own.length > 0) return own;
  const released = declared.release(module, semver)?.of(subject) ?? [];
  return released.length > 0 ? released : heads;
}

function usesOfConsumer(consumer: SeenConsumer, declared: Declared): Found[] {
  const { participant, streamSubjects, filters, isRead } = consumer;
  const base = { participant, build: null, evidence: "real", role: "subscribes" } as const;
  const unknown = { semver: null, digest: null, instance: isRead ? participant : null };
  const wanted = filters.length > 0 ? filters : streamSubjects;
  return wanted.flatMap((filter): Found[] => {
    const bound = declared.heads
      .of(filter)
      .filter(({ pattern }) => streamSubjects.some((each) => filtersMeet(each, filterOf(pattern))));
    if (bound.length === 0) {
      return [{ ...base, ...unknown, module: null, protoPackage: null, subject: filter }];
    }
    return bound.map((binding) => ({
      ...base,
      ...unknown,
      module: binding.module,
      protoPackage: protoPackageOf(binding, declared.protoPackages(binding.module)),
      subject: binding.pattern,
    }));
  });
}
