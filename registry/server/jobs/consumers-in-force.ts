import { groupBy } from "../../core/group-by.ts";
import { limits } from "../../core/limits.ts";
import { type Consumer, runningFirst } from "../../core/usage/consumer.ts";
import type { GateStore } from "../ports.ts";

type UseStore = Pick<GateStore, "deployments" | "usages">;

/**
 * The builds whose use of a module counts, those that run first: those that run somewhere and have
 * recorded what they use. Of a participant that runs nowhere, or none of whose running builds has
 * recorded anything, the newest recorded one. It may use nothing of the module any more. Stand-ins
 * run for nobody.
 */
export function consumersInForce(store: UseStore, module: string): readonly Consumer[] {
  const newest = store.usages({ module }, limits.usesPerComparison);
  if (newest.length === 0) return [];
  const running = groupBy(
    store.deployments(null).filter(({ evidence }) => evidence === "real"),
    ({ participant }) => participant,
  );
  // Those who build seldom can be beyond the newest uses; who runs is always asked for.
  const beyond = newest.length < limits.usesPerComparison ? [] : running.keys();
  const participants = new Set([...newest.map(({ participant }) => participant), ...beyond]);
  const consumers = [...participants].flatMap((participant) => {
    const places = groupBy(running.get(participant) ?? [], ({ build }) => build);
    return buildsInForce(store, participant, [...places.keys()]).map((build) => ({
      participant,
      build,
      environments: [...new Set(places.get(build)?.map((each) => each.environment))].sort(),
      uses: store.usages({ participant, build, module }, limits.subjectsPerUsage),
    }));
  });
  return consumers.sort(runningFirst);
}

/** @param running null stands for a build that does not tell what it is */
function buildsInForce(
  store: UseStore,
  participant: string,
  running: readonly (string | null)[],
): readonly string[] {
  const recorded = running
    .filter((build) => build !== null)
    .filter((build) => store.usages({ participant, build }, 1).length > 0);
  if (recorded.length > 0) return recorded;
  return store.usages({ participant }, 1).map(({ build }) => build);
}
