import { limits } from "../limits.ts";
import { type Consumer, runningFirst } from "../usage/consumer.ts";
import type { UsedContract } from "../usage/missing.ts";
import { usedElements } from "../usage/used-elements.ts";
import type { ElementUser } from "./report.ts";

/** Consumers of a module, with the contract that their use is found in. */
export interface ModuleConsumers {
  readonly consumers: readonly Consumer[];
  readonly contract: UsedContract;
}

/**
 * Who uses what, by `elementKey`: those that run first, then by name. A build that reads an element of
 * one subject and sends it on another uses it.
 */
export function elementUsers(
  all: readonly ModuleConsumers[],
): ReadonlyMap<string, readonly ElementUser[]> {
  const found = new Map<string, Map<string, ElementUser>>();
  for (const { consumers, contract } of all) {
    for (const { participant, build, environments, uses } of consumers) {
      for (const [key, does] of uses.flatMap((use) => [...usedElements(use, contract)])) {
        const users = found.get(key) ?? new Map<string, ElementUser>();
        found.set(key, users);
        const name = `${participant}@${build}`;
        const before = users.get(name)?.does ?? does;
        users.set(name, {
          participant,
          build,
          environments,
          does: before === does ? does : "uses",
        });
      }
    }
  }
  return new Map(
    [...found].map(([key, users]) => [
      key,
      [...users.values()].sort(runningFirst).slice(0, limits.usersPerFinding),
    ]),
  );
}
