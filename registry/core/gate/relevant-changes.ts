import { typeGraph } from "../revision/closure.ts";
import type { Change } from "./change.ts";
import type { LinkedRevision } from "./linked-revision.ts";
import type { Baseline, CounterExample } from "./report.ts";
import { ruleOf } from "./rules.ts";

/**
 * Of a release that only a stream still needs, only the bytes of its events count: whoever called
 * it or was compiled with it is gone.
 */
export function relevantChanges(
  { reasons }: Baseline,
  revision: LinkedRevision,
  changes: readonly Change[],
): readonly Change[] {
  const kept = new Set(reasons.flatMap((each) => (each.kind === "retained" ? [each.stream] : [])));
  if (kept.size === 0 || reasons.some((each) => each.kind !== "retained")) return changes;
  const graph = typeGraph(revision.registry);
  const types = new Set(
    revision.bindings.flatMap((binding) =>
      binding.kind === "event" && kept.has(binding.stream?.name ?? "")
        ? graph.closure(binding.messageType)
        : [],
    ),
  );
  return changes.filter(({ rule, element, counterExample }) => {
    const { family, tier } = ruleOf(rule);
    // Nobody reads what is sent now with the code of that release.
    if (rule === "VALIDATION_NO_LOOSEN" || isSentNow(counterExample)) return false;
    if (family !== "behaviour" && (family !== "schema" || tier !== "wire")) return false;
    return types.has(element) || types.has(element.slice(0, element.lastIndexOf(".")));
  });
}

function isSentNow(example: CounterExample | undefined): boolean {
  return example !== undefined && "sentBy" in example && example.sentBy === "proposal";
}
