import { type Around, compareBehaviour } from "../behaviour/compare-behaviour.ts";
import { comparePassing } from "../behaviour/compare-passing.ts";
import { compareBindings } from "../binding/compare-bindings.ts";
import { compareSensitive } from "../binding/compare-sensitive.ts";
import { compareDescriptors } from "../diff/compare-descriptors.ts";
import { surprises } from "../diff/surprises.ts";
import type { Change } from "./change.ts";
import { fixFor } from "./fixes/fix-for.ts";
import type { LinkedRevision } from "./linked-revision.ts";
import { type BufFinding, locate, sideOf } from "./locate.ts";
import { missingTypes } from "./missing-types.ts";

/**
 * Every change between two revisions that a rule knows, from buf's findings and from Charter's own
 * comparisons.
 *
 * @param found what buf says of the images of the two
 * @param around what the messages of the two can travel in, and the time
 */
export function compareRevisions(
  found: readonly BufFinding[],
  old: LinkedRevision,
  now: LinkedRevision,
  around: Around,
): readonly Change[] {
  const before = sideOf(old.registry, old.files);
  const after = sideOf(now.registry, now.files);
  const oldPaths = old.files.map((file) => file.path);
  const changes = [
    ...found.map((finding) => locate(finding, before, after)),
    ...missingTypes(before, after, oldPaths),
    ...compareBindings(old.bindings, now.bindings),
    ...compareSensitive(before.registry, after.registry, oldPaths),
    ...compareBehaviour(old, now, around),
    ...comparePassing(old, now, around),
    ...surprises(compareDescriptors(old, now), old, now),
  ];
  return changes.map((change) => ({ ...change, fix: fixFor(change, old, now) }));
}
