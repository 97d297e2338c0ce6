import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { file_buf_validate_validate } from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import { printProto } from "../../core/print-proto.ts";
import type { SchemaFile } from "../../core/revision/digest.ts";

/**
 * The files that the registry supplies to whoever imports them: Charter's options, and protovalidate's
 * rules, which npm has as a descriptor only.
 */
export function builtInFiles(): readonly SchemaFile[] {
  const folder = join(import.meta.dirname, "../../../proto");
  const charter = "charter/nats/v1";
  const options = readdirSync(join(folder, charter)).map((name) => ({
    path: `${charter}/${name}`,
    content: readFileSync(join(folder, charter, name), "utf8"),
  }));
  const validate = {
    path: "buf/validate/validate.proto",
    content: printProto(file_buf_validate_validate),
  };
  return [...options, validate];
}
