import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { promisify } from "node:util";
import { createFileRegistry } from "@bufbuild/protobuf";
import { parse } from "yaml";
import { readBindings } from "../../registry/core/binding/read-bindings.ts";
import { moduleNameOfBuf } from "../../registry/core/module-name.ts";
import { narrowImage, readImage } from "../../registry/core/revision/image.ts";
import type { ContractUnderTest } from "../runner/contract.ts";
import "../../ci/print-validate-proto.ts";

const root = join(import.meta.dirname, "../..");

/** The contracts of this repository's modules, compiled with the real buf. */
export async function workspaceContracts(): Promise<readonly ContractUnderTest[]> {
  const { stdout } = await promisify(execFile)(
    join(root, "node_modules/.bin/buf"),
    ["build", "-o", "-#format=binpb"],
    { cwd: root, encoding: "buffer", maxBuffer: 64 * 1024 * 1024 },
  );
  const set = readImage(stdout);
  const registry = createFileRegistry(set);
  const yaml = parse(await readFile(join(root, "buf.yaml"), "utf8")) as {
    modules: { path: string; name?: string; includes?: string[] }[];
  };
  return yaml.modules.flatMap(({ path, name, includes = [] }) => {
    const module = name === undefined ? null : moduleNameOfBuf(name);
    if (module === null) return [];
    const folders = includes.map((include) => `${relative(path, include)}/`);
    const files = set.file
      .map((file) => file.name)
      .filter((file) => folders.some((folder) => file.startsWith(folder)));
    const { bindings } = readBindings(registry, files);
    const descriptors = narrowImage(set, files);
    return [{ module, semver: "1.0.0", digest: "sha256:0", bindings, descriptors, others: [] }];
  });
}
