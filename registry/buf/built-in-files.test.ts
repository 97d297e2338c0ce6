import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fromBinary, hasExtension, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import {
  file_buf_validate_validate,
  predefined,
} from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import { expect, it } from "vitest";
import type { SchemaFile } from "../core/revision/digest.ts";
import { readImage } from "../core/revision/image.ts";
import { type BuiltInFile, builtInFiles } from "./built-in-files.ts";
import { createBufCompiler } from "./compiler.ts";

const folder = join(import.meta.dirname, "../../proto");
const sources = readdirSync(join(folder, "charter/nats/v1")).map((name) => ({
  path: `charter/nats/v1/${name}`,
  content: readFileSync(join(folder, "charter/nats/v1", name), "utf8"),
}));

async function descriptors(builtIn: readonly BuiltInFile[], files: readonly SchemaFile[]) {
  const result = await createBufCompiler(builtIn).build(files);
  if (!result.ok) throw new Error(JSON.stringify(result.places));
  return readImage(result.image).file;
}

it("builtInFiles supplies each of Charter's options as its source declares it", async () => {
  const bare = (files: Awaited<ReturnType<typeof descriptors>>) =>
    new Map(
      files
        .filter((file) => file.name.startsWith("charter/"))
        .map(({ sourceCodeInfo: _places, ...file }) => [
          file.name,
          toBinary(FileDescriptorProtoSchema, file),
        ]),
    );
  const declared = bare(await descriptors([], sources));
  expect([...declared.keys()].length).toBe(sources.length);
  expect(bare(await descriptors(builtInFiles(), []))).toEqual(declared);
});

it("builtInFiles has buf compile protovalidate's rules without what defines them, and supplies them whole", async () => {
  const validate = file_buf_validate_validate.proto;
  const find = (files: Awaited<ReturnType<typeof descriptors>>) =>
    files.find((file) => file.name === validate.name);
  const parsed = fromBinary(
    FileDescriptorProtoSchema,
    toBinary(FileDescriptorProtoSchema, validate),
  );
  const supplied = find(await descriptors(builtInFiles(), []));
  expect(supplied).toEqual(parsed);
  const printed = find(await descriptors([], builtInFiles()));
  const fields = printed?.messageType.flatMap((message) => message.field) ?? [];
  const declared = validate.messageType.flatMap((message) => message.field);
  const identity = ({ name, number, type, typeName, label }: (typeof fields)[number]) =>
    `${name} ${number} ${type} ${typeName} ${label}`;
  expect(fields.map(identity)).toEqual(declared.map(identity));
  const defining = (each: typeof fields) =>
    each.filter(({ options }) => options !== undefined && hasExtension(options, predefined)).length;
  expect(defining(fields)).toBe(0);
  expect(defining(declared)).toBeGreaterThan(100);
});
