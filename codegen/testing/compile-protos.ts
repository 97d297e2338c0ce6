import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { createFileRegistry, fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import type { Binding } from "../../registry/core/binding/binding.ts";
import { readBindings } from "../../registry/core/binding/read-bindings.ts";

const root = join(import.meta.dirname, "../..");

export interface CompiledProtos {
  /** What buf builds: the files with all imports and source info. */
  readonly image: Uint8Array;
  readonly files: readonly string[];
  readonly bindings: readonly Binding[];
}

/**
 * Compiles the protos of a folder of this repository with the real buf, together with Charter's
 * options and buf's rules.
 *
 * @param folder what imports are relative to, such as `codegen/generator/testdata/proto`
 * @param only the paths below it to build, such as `acme/shop`
 */
export function compileProtos(folder: string, only: readonly string[]): CompiledProtos {
  execFileSync(process.execPath, [join(root, "ci/print-validate-proto.ts")]);
  const options = { path: "proto", includes: ["proto/charter/nats"] };
  const modules = [
    { path: folder },
    ...(folder === options.path ? [] : [options]),
    { path: "generated/proto" },
  ];
  const image = execFileSync(
    join(root, "node_modules/.bin/buf"),
    [
      ...["build", "--config", JSON.stringify({ version: "v2", modules })],
      ...only.flatMap((each) => ["--path", `${folder}/${each}`]),
      ...["-o", "-#format=binpb"],
    ],
    { cwd: root, maxBuffer: 64 * 1024 * 1024 },
  );
  const files = only
    .flatMap((each) =>
      readdirSync(join(root, folder, each), { recursive: true, encoding: "utf8" }).map(
        (path) => `${each}/${path}`,
      ),
    )
    .filter((path) => path.endsWith(".proto"))
    .sort();
  const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, image));
  const { bindings, problems } = readBindings(registry, files);
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  return { image, files, bindings };
}
