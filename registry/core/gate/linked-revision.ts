import type { FileRegistry } from "@bufbuild/protobuf";
import type { Binding } from "../binding/binding.ts";
import type { SchemaFile } from "../revision/digest.ts";

/** A revision of one module, linked, as one side of a comparison. */
export interface LinkedRevision {
  /** The module's own files. */
  readonly files: readonly SchemaFile[];
  /** The descriptors of the files and all that they import, with source info. */
  readonly registry: FileRegistry;
  readonly bindings: readonly Binding[];
}
