import type { Head } from "../../core/registration/plan.ts";
import type { GateStore } from "../ports.ts";

/** The heads of all modules that import a module, directly or not: its types travel in theirs. */
export function carriersOf(
  store: Pick<GateStore, "dependents" | "head">,
  module: string,
): readonly Head[] {
  const carriers = new Map<string, Head>();
  const open = [...store.dependents(module)];
  for (let each = open.pop(); each !== undefined; each = open.pop()) {
    const head = store.head(each);
    if (head === null || carriers.has(each)) continue;
    carriers.set(each, head);
    open.push(...store.dependents(each));
  }
  return [...carriers.values()];
}
