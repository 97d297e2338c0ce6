import type { FileDescriptorSet } from "@bufbuild/protobuf/wkt";
import type { Place } from "../../core/binding/binding.ts";
import { type AppliedBindings, applyBindings } from "../../core/bindings-file/apply-bindings.ts";
import { parseBindingsFile } from "../../core/bindings-file/parse-bindings-file.ts";
import type { FailurePlace } from "../../core/failure.ts";
import type { Imported } from "./load-imports.ts";
import type { ProposedRevision } from "./proposal.ts";

/**
 * Gives linked files, in place, the options that the bindings.yaml of their modules stand for; also
 * those of imported modules, whose types would mean something else without them.
 */
export function applyBindingsFiles(
  set: FileDescriptorSet,
  revisions: readonly ProposedRevision[],
  { owners, bindingsFiles }: Imported,
): AppliedBindings {
  const places = new Map<string, Place>();
  const problems: FailurePlace[] = [];
  for (const { module, imports, bindingsFile } of revisions) {
    if (bindingsFile === null) continue;
    const read = parseBindingsFile(bindingsFile);
    const applied = read.ok
      ? applyBindings(set, imports.keys(), read.entries)
      : { places: [], problems: read.problems };
    for (const [element, place] of applied.places) places.set(element, place);
    problems.push(...applied.problems.map((each) => ({ ...each, module })));
    // A file that is made to be hard to read shall not be followed by others.
    if (!read.ok) break;
  }
  for (const [module, bindingsFile] of bindingsFiles) {
    const paths = [...owners].filter(([, owner]) => owner === module).map(([path]) => path);
    const read = parseBindingsFile(bindingsFile);
    // It was judged when it was registered. What it says of files that nobody imports is not asked.
    if (read.ok) applyBindings(set, paths, read.entries);
  }
  return { places, problems };
}
