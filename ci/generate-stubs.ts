/**
 * Writes the stub packages that this repository's own code imports, as npm would install them: the
 * registry's contract for the server, the first customer's for the reference services. They are not
 * committed, and nothing is written where nothing changed.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { createFileRegistry } from "@bufbuild/protobuf";
import { parse } from "yaml";
import { stubPackage } from "../codegen/generator/stub-package.ts";
import runtime from "../codegen/runtime/package.json" with { type: "json" };
import { readBindings } from "../registry/core/binding/read-bindings.ts";
import { moduleNameOfBuf, packageNameOf } from "../registry/core/module-name.ts";
import { digestOf } from "../registry/core/revision/digest.ts";
import { narrowImage, readImage } from "../registry/core/revision/image.ts";

const root = join(import.meta.dirname, "..");
const semver = "0.0.0";

/** The folders whose code imports the packages of an owner. */
const importers = [
  ["bodybroker", "contract-tests"],
  ["charter", "registry"],
  ["charter", "ci"],
] as const;

const image = buildImage();
const set = readImage(image);
const registry = createFileRegistry(set);
const modules = modulesOfWorkspace();
const stamp = digestOf(`${Buffer.from(image).toString("base64")}${sourceOfGenerator()}`);

for (const [owner, importer] of importers) {
  const scope = join(root, importer, "node_modules", `@${owner}`);
  const stampFile = join(scope, ".stamp");
  if (existsSync(stampFile) && readFileSync(stampFile, "utf8") === stamp) continue;
  rmSync(scope, { recursive: true, force: true });
  for (const module of modules.filter((each) => each.name.startsWith(`${owner}/`))) {
    writePackage(join(root, importer, "node_modules", packageNameOf(module.name)), module);
  }
  writeFileSync(stampFile, stamp);
}

interface Module {
  readonly name: string;
  readonly files: readonly string[];
}

function buildImage(): Uint8Array {
  const buf = join(root, "node_modules/@bufbuild/buf/bin/buf");
  const run = spawnSync(process.execPath, [buf, "build", "-o", "-#format=binpb"], {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
    maxBuffer: 64 * 1024 * 1024,
  });
  if (run.status !== 0) throw new Error(`buf build ended with ${run.status ?? run.signal}`);
  return run.stdout;
}

function modulesOfWorkspace(): Module[] {
  const yaml = parse(readFileSync(join(root, "buf.yaml"), "utf8")) as {
    modules: { path: string; name?: string; includes?: string[] }[];
  };
  return yaml.modules.flatMap(({ path, name, includes = [] }) => {
    const module = name === undefined ? null : moduleNameOfBuf(name);
    if (module === null) return [];
    const folders = includes.map((include) => `${relative(path, include)}/`);
    const files = set.file
      .map((file) => file.name)
      .filter((file) => folders.some((folder) => file.startsWith(folder)));
    return [{ name: module, files }];
  });
}

/** What the packages depend on besides the protos. */
function sourceOfGenerator(): string {
  const folder = join(root, "codegen/generator");
  const names = readdirSync(folder).filter((name) => name.endsWith(".ts"));
  return names.map((name) => readFileSync(join(folder, name), "utf8")).join("");
}

function writePackage(folder: string, { name, files }: Module): void {
  const contents = stubPackage({
    module: name,
    semver,
    digest: digestOf(files.join()),
    image: narrowImage(set, files),
    files,
    bindings: readBindings(registry, files).bindings,
    dependencies: modules
      .filter((each) => each.name !== name)
      .map((each) => ({ module: each.name, semver, files: each.files })),
    runtimeVersion: runtime.version,
  });
  for (const [path, content] of contents) {
    const target = join(folder, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, content);
  }
}
