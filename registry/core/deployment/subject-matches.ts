import { filtersMeet } from "../subject/filters-meet.ts";

/** What the registry knows of a bound subject. */
export interface DeclaredBinding {
  readonly pattern: string;
  readonly module: string;
  readonly kind: "request" | "streaming" | "event";
  /** The full name of the rpc; null for an event. */
  readonly rpc: string | null;
  readonly messageType: string;
}

/** Finds the bindings that a NATS filter meets: those with some subject that matches both. */
export interface SubjectMatches {
  of(filter: string): readonly DeclaredBinding[];
}

/**
 * Prepares the bindings once; each filter costs a look-up when it is a bound subject as NATS writes
 * it, and a pass over all otherwise. Answers are kept, because instances ask the same.
 */
export function subjectMatches(bindings: readonly DeclaredBinding[]): SubjectMatches {
  const declared = bindings.map((binding) => ({ binding, filter: filterOf(binding.pattern) }));
  const exact = new Map(declared.map((each) => [each.filter, [each.binding]]));
  const known = new Map<string, readonly DeclaredBinding[]>();
  return {
    of(filter) {
      const same = exact.get(filter) ?? known.get(filter);
      if (same !== undefined) return same;
      const met = declared.filter((each) => filtersMeet(each.filter, filter));
      const found = met.map((each) => each.binding);
      if (known.size >= answersKept) known.clear();
      known.set(filter, found);
      return found;
    },
  };
}

/** Filters of an estate repeat; those of somebody who makes them up must not fill the memory. */
const answersKept = 10_000;

/** A pattern as NATS writes it: `a.{meta.id}` is `a.*`. */
export function filterOf(pattern: string): string {
  return pattern.replace(/\{[^}]*\}/g, "*");
}

/** The proto package of a binding: the rpc's, or the longest that the message's name begins with. */
export function protoPackageOf(
  { rpc, messageType }: DeclaredBinding,
  packages: readonly string[],
): string | null {
  if (rpc !== null) return rpc.split(".").slice(0, -2).join(".");
  const holding = packages.filter((each) => messageType.startsWith(`${each}.`));
  return holding.sort((a, b) => b.length - a.length)[0] ?? null;
}
