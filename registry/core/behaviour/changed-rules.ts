import { allMessages } from "../binding/read-bindings.ts";
import type { LinkedRevision } from "../gate/linked-revision.ts";
import type { ChangedAt } from "./changed-at.ts";
import { type ChangedPlace, type ChangeFinder, changeFinder, keyOf } from "./changed-places.ts";
import { type Carrier, carriedHarms, type Harm, type Harms, harmsOf } from "./harm.ts";

/** A changed rule on messages that travel. */
export interface ChangedRule {
  readonly at: ChangedAt;
  /** The directions of change that would break someone. */
  readonly harms: ReadonlySet<Harm>;
  /** The ways to it from messages that a direction would break, the nearest first. */
  readonly ways: ReadonlyMap<Harm, readonly ChangedPlace[]>;
}

/** The rules that differ between two revisions, in types that travel on subjects of both. */
export function changedRules(
  old: LinkedRevision,
  now: LinkedRevision,
  carriers: () => readonly Carrier[],
): readonly ChangedRule[] {
  const own = new Set([...old.files, ...now.files].map((file) => file.path));
  const finder = changeFinder(own);
  const places = [
    ...placesUnder(finder, old, now, harmsOf(old.bindings, now.bindings)),
    ...carriedPlaces(finder, old, now, own, carriers),
  ];
  const rules = new Map<string, { at: ChangedAt; ways: Map<Harm, ChangedPlace[]> }>();
  for (const { place, harm } of places) {
    const key = keyOf(place.at);
    const rule = rules.get(key) ?? { at: place.at, ways: new Map() };
    rules.set(key, rule);
    rule.ways.set(harm, [...(rule.ways.get(harm) ?? []), place]);
  }
  return [...rules.values()].map(({ at, ways }) => ({
    at,
    ways,
    harms: new Set(ways.keys()),
  }));
}

interface HarmedPlace {
  readonly place: ChangedPlace;
  readonly harm: Harm;
}

function placesUnder(
  finder: ChangeFinder,
  old: LinkedRevision,
  now: LinkedRevision,
  harms: Harms,
): HarmedPlace[] {
  return [...harms].flatMap(([type, directions]) => {
    const root = { old: old.registry.getMessage(type), now: now.registry.getMessage(type) };
    if (root.old === undefined || root.now === undefined) return [];
    const places = finder.below({ old: root.old, now: root.now });
    return [...directions].flatMap((harm) => places.map((place) => ({ place, harm })));
  });
}

/** Changes in own types that travel within messages of other modules: each type is looked at alone. */
function carriedPlaces(
  finder: ChangeFinder,
  old: LinkedRevision,
  now: LinkedRevision,
  own: ReadonlySet<string>,
  carriers: () => readonly Carrier[],
): HarmedPlace[] {
  const changed = [...own]
    .flatMap((path) => [...allMessages(now.registry.getFile(path)?.messages ?? [])])
    .flatMap((desc) => {
      const was = old.registry.getMessage(desc.typeName);
      return was === undefined ? [] : [{ old: was, now: desc }];
    })
    .filter((pair) => finder.within(pair).length > 0);
  if (changed.length === 0) return [];
  const types = new Set(changed.map((pair) => pair.now.typeName));
  const harms = carriedHarms(types, carriers());
  return changed.flatMap((root) =>
    [...(harms.get(root.now.typeName) ?? [])].flatMap((harm) =>
      finder.within(root).map((at) => ({ place: { root, steps: [], at }, harm })),
    ),
  );
}
