import type { FailurePlace } from "../core/failure.ts";
import type { BufFinding } from "../core/gate/locate.ts";
import type { SchemaFile } from "../core/revision/digest.ts";
import type { OwnedImage } from "../core/revision/touched-parts.ts";

/** Compiles and compares protos. Rejects when buf itself fails or takes too long. */
export interface SchemaCompiler {
  /** Links files and what the registry supplies to a FileDescriptorSet with source info. */
  build(
    files: readonly SchemaFile[],
  ): Promise<
    | { readonly ok: true; readonly image: Uint8Array }
    | { readonly ok: false; readonly places: readonly FailurePlace[] }
  >;
  /** Compares two images by every rule of buf; files that are not the module's own are left out. */
  breaking(current: OwnedImage, against: OwnedImage): Promise<readonly BufFinding[]>;
}
