import type { Change } from "../../core/gate/change.ts";
import { brokenUses, keyOfChange, type Sides } from "../../core/gate/consumer-use.ts";
import { elementUsers } from "../../core/gate/element-users.ts";
import type { ElementUser } from "../../core/gate/report.ts";
import type { GateStore } from "../ports.ts";
import { carriersOf } from "./carriers.ts";
import { consumersInForce } from "./consumers-in-force.ts";
import type { LinkedReleases } from "./linked-releases.ts";

/** The consumers of a module, as far as their use is recorded, and what a proposal does to them. */
export interface ConsumersHit {
  /** What the proposal takes from them. @param changes what other rules see against head */
  broken(changes: readonly Change[]): readonly Change[];
  /** Who uses what changed; null where nobody's use of the module is recorded. */
  usersOf(change: Change): readonly ElementUser[] | null;
}

/** Asks for the consumers of the module at once, and for those of others with the first finding. */
export function consumersHit(
  { store, releases }: { readonly store: GateStore; readonly releases: LinkedReleases },
  module: string,
  sides: Sides,
): ConsumersHit {
  const own = consumersInForce(store, module);
  let users: ReadonlyMap<string, readonly ElementUser[]> | null | undefined;
  const load = () => {
    const others = carriersOf(store, module).flatMap((head) => {
      const consumers = consumersInForce(store, head.module);
      if (consumers.length === 0) return [];
      const contract = releases.get(head.module, head.semver).revision;
      return [{ consumers, contract }];
    });
    const all = own.length === 0 ? others : [{ consumers: own, contract: sides.head }, ...others];
    return all.length === 0 ? null : elementUsers(all);
  };
  return {
    broken: (changes) => brokenUses(own, sides, changes),
    usersOf(change) {
      if (users === undefined) users = load();
      return users === null ? null : (users.get(keyOfChange(change, sides)) ?? []);
    },
  };
}
