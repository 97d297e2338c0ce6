import { setTimeout as pause } from "node:timers/promises";
import type { Role } from "../../core/deployment/deployment.ts";
import { type Declared, usesOf } from "../../core/deployment/match-sighting.ts";
import type { Sighting } from "../../core/deployment/sighting.ts";
import {
  type DeclaredBinding,
  type SubjectMatches,
  subjectMatches,
} from "../../core/deployment/subject-matches.ts";
import { limits } from "../../core/limits.ts";
import type { Clock, Store, WatchedEnvironment } from "../ports.ts";
import type { WatchState } from "./list-services.ts";
import type { SubjectIndex } from "./subject-index.ts";

export interface WatchPorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly index: () => SubjectIndex;
  /** Told of what went wrong in a look, once until something else does. */
  readonly onProblem: (environment: string, problem: string) => void;
}

export interface Watching {
  states(): readonly WatchState[];
  stop(): Promise<void>;
}

/** Looks that must miss a participant in a row: one can be lost in a restart of either side. */
const missedLooks = 3;

/** Looks at each environment again and again, until it is stopped. Times are ms. */
export function watchEnvironments(
  ports: WatchPorts,
  environments: readonly WatchedEnvironment[],
  { everyMs, forgetAfterMs }: { readonly everyMs: number; readonly forgetAfterMs: number },
): Watching {
  const stopping = new AbortController();
  const { signal } = stopping;
  const states = new Map<string, WatchState>();
  const heads = headMatches();
  const forgetAfter = { rounds: missedLooks, ms: forgetAfterMs };

  async function look(environment: WatchedEnvironment): Promise<void> {
    const { name } = environment;
    const before = states.get(name);
    let { lastLook = null } = before ?? {};
    let problems: readonly string[];
    try {
      const sighting = await environment.look();
      if (signal.aborted) return;
      lastLook = ports.clock.now();
      const declared = declaredBy(ports.store, heads(ports.index()));
      problems = observe(ports.store, name, sighting, declared, { at: lastLook, forgetAfter });
    } catch (error) {
      if (signal.aborted) return;
      problems = [error instanceof Error ? error.message : String(error)];
    }
    const problem =
      problems.length === 0 ? null : problems.join("; ").slice(0, limits.messageLength);
    states.set(name, { name, lastLook, problem });
    if (problem !== null && problem !== before?.problem) ports.onProblem(name, problem);
  }

  async function watch(environment: WatchedEnvironment): Promise<void> {
    while (!signal.aborted) {
      await look(environment);
      await pause(everyMs, undefined, { signal, ref: false }).catch(() => {});
    }
  }

  for (const { name } of environments) states.set(name, { name, lastLook: null, problem: null });
  const running = environments.map(watch);
  return {
    states: () => [...states.values()],
    async stop() {
      stopping.abort();
      await Promise.all(environments.map((each) => each.close()));
      await Promise.all(running);
    },
  };
}

/** Writes what a look saw. @returns what kept it from seeing all */
function observe(
  store: Store,
  environment: string,
  sighting: Sighting,
  declared: Declared,
  round: { readonly at: string; readonly forgetAfter: { rounds: number; ms: number } },
): string[] {
  const { endpoints, consumers, skipped } = sighting;
  const { uses, cut } = usesOf(environment, sighting, declared);
  const { refused } = store.observe({
    environment,
    uses,
    roles: completeRoles(sighting, cut),
    ...round,
  });
  return [
    endpoints.problem,
    consumers.problem,
    ...skipped,
    cut ? `it has more than ${limits.matchesPerLook} uses; the rest was not compared` : null,
    refused > 0
      ? `it has more than ${limits.observedUsesPerEnvironment} uses; ${refused} were not kept`
      : null,
  ].filter((each) => each !== null);
}

/** Endpoints can be on the subjects of events too, so that only both together tell all subscribers. */
function completeRoles({ endpoints, consumers }: Sighting, cut: boolean): readonly Role[] {
  if (cut || endpoints.problem !== null) return [];
  return consumers.problem === null ? ["serves", "subscribes"] : ["serves"];
}

function declaredBy(store: Store, heads: SubjectMatches): Declared {
  const releases = new Map<string, SubjectMatches | null>();
  const packages = new Map<string, readonly string[]>();
  return {
    heads,
    release: (module, semver) =>
      kept(releases, `${module}@${semver}`, () => {
        const release = store.release(module, semver);
        if (release === null) return null;
        return subjectMatches(
          release.bindings.flatMap(({ binding }) =>
            sides({
              ...binding,
              module,
              rpc: binding.kind === "event" ? null : binding.rpc,
              others: binding.kind === "event" ? [binding.deadLetterSubject] : [],
            }),
          ),
        );
      }),
    protoPackages: (module) => kept(packages, module, () => store.protoPackages(module)),
  };
}

/** Prepares the bindings of all heads again only when there is another index. */
function headMatches(): (index: SubjectIndex) => SubjectMatches {
  const known = new WeakMap<SubjectIndex, SubjectMatches>();
  return (index) => {
    const matches =
      known.get(index) ??
      subjectMatches(
        index.records.flatMap((each) => sides({ ...each, others: [each.deadLetterSubject] })),
      );
    known.set(index, matches);
    return matches;
  };
}

/** A binding under each subject that something can be read from. */
function sides(
  binding: DeclaredBinding & { readonly others: readonly (string | null)[] },
): DeclaredBinding[] {
  const { module, kind, rpc, messageType, pattern, others } = binding;
  const all = [pattern, ...others.filter((each) => each !== null)];
  return all.map((each) => ({ module, kind, rpc, messageType, pattern: each }));
}

function kept<T>(known: Map<string, T>, key: string, make: () => T): T {
  const before = known.get(key);
  if (before !== undefined) return before;
  const value = make();
  known.set(key, value);
  return value;
}
