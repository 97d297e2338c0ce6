/**
 * Writes `generated/proto/buf/validate/validate.proto`, which npm holds only as a descriptor
 * inside of @bufbuild/protovalidate. Printing it from there makes the rules that buf compiles
 * and the rules that the validator runs the same version, with no download.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { file_buf_validate_validate } from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import { printProto } from "../registry/core/print-proto.ts";

const root = join(import.meta.dirname, "..");
const target = join(root, "generated/proto", `${file_buf_validate_validate.name}.proto`);
const source = printProto(file_buf_validate_validate);

// An equal file stays untouched, so that watchers and build caches see no change.
if (!existsSync(target) || readFileSync(target, "utf8") !== source) {
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, source);
}
