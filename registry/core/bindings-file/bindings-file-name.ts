import type { SchemaFile } from "../revision/digest.ts";

/** The name of the file, in the folder of its module. No proto file can have it. */
export const bindingsFileName = "bindings.yaml";

/** A bindings.yaml beside the files of its module. */
export function bindingsAsFile(text: string | null): readonly SchemaFile[] {
  return text === null ? [] : [{ path: bindingsFileName, content: text }];
}
