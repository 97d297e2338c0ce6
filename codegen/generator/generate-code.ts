import { create } from "@bufbuild/protobuf";
import { CodeGeneratorRequestSchema, type FileDescriptorSet } from "@bufbuild/protobuf/wkt";
// No public entry: the version is pinned, and the end-to-end test runs what it writes.
import { protocGenEs } from "@bufbuild/protoc-gen-es/dist/cjs/src/protoc-gen-es-plugin.js";
import type { Plugin } from "@bufbuild/protoplugin";
import type { Foreign } from "./package-layout.ts";

/** The version of protoc-gen-es, which is also the oldest @bufbuild/protobuf that its code runs on. */
export const protobufVersion = protocGenEs.version.replace(/^v/, "");

export type ModuleKind = "esm" | "cjs";

/** Plugin options are split at commas and colons, and hold patterns. */
const plainPath = /^[A-Za-z0-9_./-]+$/;

/** The JavaScript and the declarations of some files, by path below `bodybroker/…`. */
export function generateCode(
  set: FileDescriptorSet,
  files: readonly string[],
  foreign: ReadonlyMap<string, Foreign>,
  contracts: Plugin,
  kind: ModuleKind,
): Map<string, string> {
  const options = ["target=js+dts", "import_extension=js"];
  if (kind === "cjs") options.push("js_import_style=legacy_commonjs");
  for (const [path, { importFrom }] of foreign) {
    if (!plainPath.test(path)) throw new Error(`${JSON.stringify(path)} is no plain path`);
    options.push(`map_imports=${path}:${importFrom}`);
  }
  const request = create(CodeGeneratorRequestSchema, {
    fileToGenerate: [...files],
    parameter: options.join(","),
    protoFile: set.file,
  });
  const generated = new Map<string, string>();
  for (const plugin of [protocGenEs, contracts]) {
    for (const file of plugin.run(request).file) generated.set(file.name, file.content);
  }
  return generated;
}
