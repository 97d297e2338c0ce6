import { limits } from "../limits.ts";
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

export interface SeenUses {
  readonly uses: readonly DeployedUse[];
  /** Whether uses are missing, because there are more than `limits` let a look compare. */
  readonly cut: boolean;
}

/** Who uses which contract, by what a look saw; the same use of several instances is one. */
export function usesOf(environment: string, sighting: Sighting, declared: Declared): SeenUses {
  const merged = new Map<string, { use: Use; instances: Set<string> }>();
  let left = limits.matchesPerLook;
  for (const { instance, uses } of usesSeen(sighting, declared)) {
    left -= uses.length;
    if (left < 0) break;
    for (const use of uses) {
      const key = JSON.stringify(use);
      const known = merged.get(key) ?? { use, instances: new Set() };
      merged.set(key, known);
      if (instance !== null) known.instances.add(instance);
    }
  }
  const uses = [...merged.values()].map(({ use, instances }) => ({
    ...use,
    environment,
    source: "observed" as const,
    instances: instances.size,
  }));
  return { uses, cut: left < 0 };
}

type Use = Omit<DeployedUse, "environment" | "source" | "instances">;

/** What one endpoint or consumer uses. */
interface SeenUse {
  /** Null when nobody is behind it now. */
  readonly instance: string | null;
  readonly uses: readonly Use[];
}

function* usesSeen({ endpoints, consumers }: Sighting, declared: Declared): Generator<SeenUse> {
  for (const each of endpoints.found) {
    yield { instance: each.instance, uses: usesOfEndpoint(each, declared) };
  }
  for (const each of consumers.found) {
    const instance = each.isRead ? each.participant : null;
    yield { instance, uses: usesOfConsumer(each, declared) };
  }
}

/**
 * What serves a subject is judged by the registry's own bindings first. What it tells about its
 * module counts where it fits them, or where the release that it names has the subject.
 */
function usesOfEndpoint(endpoint: SeenEndpoint, declared: Declared): Use[] {
  const { participant, build, subject, module, semver, digest, evidence } = endpoint;
  const base = { participant, build, evidence };
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

function usesOfConsumer(consumer: SeenConsumer, declared: Declared): Use[] {
  const { participant, streamSubjects, filters } = consumer;
  const base = { participant, build: null, evidence: "real", role: "subscribes" } as const;
  const untold = { semver: null, digest: null };
  const wanted = filters.length > 0 ? filters : streamSubjects;
  return wanted.flatMap((filter): Use[] => {
    const bound = declared.heads
      .of(filter)
      .filter(({ pattern }) => streamSubjects.some((each) => filtersMeet(each, filterOf(pattern))));
    if (bound.length === 0) {
      return [{ ...base, ...untold, module: null, protoPackage: null, subject: filter }];
    }
    return bound.map((binding) => ({
      ...base,
      ...untold,
      module: binding.module,
      protoPackage: protoPackageOf(binding, declared.protoPackages(binding.module)),
      subject: binding.pattern,
    }));
  });
}
