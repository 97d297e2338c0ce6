import { compareFiles, movedFiles } from "./compare-files.ts";
import { compareSubjects } from "./compare-subjects.ts";
import { compareTypes } from "./compare-types.ts";
import type { Difference } from "./difference.ts";
import type { ComparedRevision } from "./revision.ts";

/**
 * Every difference in meaning between two revisions of one module, whether it breaks anybody or
 * not. buf stays the judge of what breaks; this says what is there at all: also what is new, what
 * an option was before, and what became of a subject.
 */
export function compareDescriptors(
  old: ComparedRevision,
  now: ComparedRevision,
): readonly Difference[] {
  const moves = movedFiles(old, now);
  return [
    ...compareFiles(old, now, moves),
    ...compareTypes(old, now, moves),
    ...compareSubjects(old.bindings, now.bindings),
  ];
}
