import type { Deployment } from "../../core/deployment/deployment.ts";
import {
  type AbsentService,
  absentServices,
  type RunningService,
  runningServices,
} from "../../core/deployment/services.ts";
import type { Store } from "../ports.ts";
import type { SubjectIndex } from "./subject-index.ts";

/** An environment that is watched, as its last look left it. */
export interface WatchState {
  readonly name: string;
  /** When it last answered, RFC 3339; null for never. */
  readonly lastLook: string | null;
  /** What kept the last look from seeing all; null when nothing did. */
  readonly problem: string | null;
}

export interface Services {
  readonly environments: readonly (WatchState & { readonly watched: boolean })[];
  readonly running: readonly RunningService[];
  readonly notRunning: readonly AbsentService[];
}

/** What is declared and what runs. @param environment all of them without it */
export function listServices(
  store: Store,
  index: SubjectIndex,
  watched: readonly WatchState[],
  environment?: string,
): Services {
  const deployments = store.deployments(environment ?? null);
  const environments = environmentsOf(watched, deployments).filter(
    ({ name }) => environment === undefined || name === environment,
  );
  const heads = new Set(store.heads().map(({ module }) => module));
  const rpcs = index.records.flatMap(({ module, semver, rpc, pattern }) =>
    rpc === null ? [] : [{ module, semver, rpc, pattern }],
  );
  return {
    environments,
    running: runningServices(deployments, digests(store), (module) => heads.has(module)),
    // Of what was never looked at, nobody knows what does not run there.
    notRunning: environments
      .filter((each) => each.watched && each.lastLook !== null)
      .flatMap(({ name }) => absentServices(name, rpcs, deployments)),
  };
}

function environmentsOf(watched: readonly WatchState[], deployments: readonly Deployment[]) {
  const names = new Set(watched.map(({ name }) => name));
  const others = new Set(deployments.map((each) => each.environment).filter((n) => !names.has(n)));
  return [
    ...watched.map(({ name, lastLook, problem }) => ({ name, watched: true, lastLook, problem })),
    ...[...others].map((name) => ({ name, watched: false, lastLook: null, problem: null })),
  ].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Many participants run the same releases, so each is read once. */
function digests(store: Store): (module: string, semver: string) => string | null {
  const known = new Map<string, ReadonlyMap<string, string>>();
  return (module, semver) => {
    let releases = known.get(module);
    if (releases === undefined) {
      releases = new Map(store.releases(module).map((each) => [each.semver, each.digest]));
      known.set(module, releases);
    }
    return releases.get(semver) ?? null;
  };
}
