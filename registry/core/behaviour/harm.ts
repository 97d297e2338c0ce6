import type { FileRegistry } from "@bufbuild/protobuf";
import type { Binding } from "../binding/binding.ts";
import { typeGraph } from "../revision/closure.ts";

/**
 * A change of what validation lets through that breaks someone: others still send, or a stream
 * still holds, what is refused now; or readers with older stubs get what they refuse.
 */
export type Harm = "tightened" | "loosened";

/** The changes that break someone, by the full name of the message that travels. */
export type Harms = ReadonlyMap<string, ReadonlySet<Harm>>;

/** Another module's head, whose subjects can carry the types of this one. */
export interface Carrier {
  readonly registry: FileRegistry;
  readonly bindings: readonly Binding[];
}

/** What the messages of subjects must not do that are bound on both sides, to the same types. */
export function harmsOf(old: readonly Binding[], now: readonly Binding[]): Harms {
  const harms = new Map<string, Set<Harm>>();
  const add = (type: string, harm: Harm) => {
    harms.set(type, (harms.get(type) ?? new Set()).add(harm));
  };
  const before = new Map(old.map((binding) => [binding.pattern, binding]));
  for (const binding of now) {
    const was = before.get(binding.pattern);
    if (was?.kind !== binding.kind) continue;
    if (was.messageType === binding.messageType) {
      add(binding.messageType, binding.kind === "event" ? "loosened" : "tightened");
      // What a stream holds was sent under the old rules.
      if (was.kind === "event" && was.stream !== null) add(binding.messageType, "tightened");
    }
    if (was.kind === "event" || binding.kind === "event") continue;
    if (was.replyType === binding.replyType) add(binding.replyType, "loosened");
  }
  return harms;
}

/** The same for types that travel within the messages of other modules. */
export function carriedHarms(types: ReadonlySet<string>, carriers: readonly Carrier[]): Harms {
  const harms = new Map<string, Set<Harm>>();
  for (const { registry, bindings } of carriers) {
    const graph = typeGraph(registry);
    for (const [root, found] of harmsOf(bindings, bindings)) {
      for (const type of graph.closure(root)) {
        if (types.has(type)) harms.set(type, new Set([...(harms.get(type) ?? []), ...found]));
      }
    }
  }
  return harms;
}
