import type { DescFile, FileRegistry } from "@bufbuild/protobuf";
import type { Binding } from "../binding/binding.ts";

/** A revision of a module as one side of a comparison. */
export interface ComparedRevision {
  /** The module's own files; what it imports is compared where it is made. */
  readonly files: readonly { readonly path: string }[];
  /** The descriptors of the files and all that they import, with source info. */
  readonly registry: FileRegistry;
  readonly bindings: readonly Binding[];
}

/** The module's own files, linked. */
export function filesOf({ files, registry }: ComparedRevision): readonly DescFile[] {
  return files.flatMap((file) => registry.getFile(file.path) ?? []);
}

/** The packages of the module's own files. */
export function packagesOf(revision: ComparedRevision): ReadonlySet<string> {
  return new Set(filesOf(revision).map((file) => file.proto.package));
}
