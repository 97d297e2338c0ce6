import { createFileRegistry, type DescFile } from "@bufbuild/protobuf";
import type { Binding } from "../../registry/core/binding/binding.ts";
import { packageNameOf } from "../../registry/core/module-name.ts";
import { barrelPath, writeBarrel } from "./barrels.ts";
import { contractPlugin } from "./contract-plugin.ts";
import { generateCode, type ModuleKind, protobufVersion } from "./generate-code.ts";
import { readImage, writeSchema } from "./image.ts";
import { writePackageJson } from "./package-json.ts";
import { type Foreign, foreignFiles, packageEntries } from "./package-layout.ts";
import { writeReadme } from "./readme.ts";
import { subjectEntries, writeEntry, writeRelease } from "./subject-map.ts";
import { writeUsage } from "./usage.ts";

/** One release, and what it was compiled to. */
export interface StubPackageInput {
  /** `bodybroker/npc`. */
  readonly module: string;
  readonly semver: string;
  readonly digest: string;
  /** A FileDescriptorSet with source info: the module's files and all transitive imports. */
  readonly image: Uint8Array;
  /** The module's own proto paths. */
  readonly files: readonly string[];
  readonly bindings: readonly Binding[];
  /** The releases that it is locked to, each with all of its proto paths. */
  readonly dependencies: readonly {
    readonly module: string;
    readonly semver: string;
    readonly files: readonly string[];
  }[];
  /** The version of @charter-nats/runtime that generated code asks for at least. */
  readonly runtimeVersion: string;
  /** What changed since the last release, as Markdown. */
  readonly changes?: string;
}

/** The validator that carries `buf/validate/validate.proto`; the runtime needs the same. */
export const protovalidateVersion = "1.3.0";

/**
 * The files of the npm package of a release, by path. Equal input gives equal bytes. Throws an Error
 * when the image lacks a file, or an import belongs to nobody.
 */
export function stubPackage(input: StubPackageInput): ReadonlyMap<string, Uint8Array> {
  const { module, semver, digest, bindings, runtimeVersion } = input;
  const set = readImage(input.image);
  const files = ownFiles(input.files, createFileRegistry(set));
  const entries = packageEntries(module, files);
  const foreign = foreignFiles(files, input.dependencies);
  const subjects = subjectEntries(bindings);
  const plugin = contractPlugin(bindings, runtimeVersion);

  const texts = new Map<string, string>();
  for (const kind of ["esm", "cjs"] as const satisfies ModuleKind[]) {
    const folder = `dist/${kind}`;
    const put = (path: string, { js, dts }: { js: string; dts: string }) => {
      texts.set(`${folder}/${path}.js`, js);
      texts.set(`${folder}/${path}.d.ts`, dts);
    };
    const paths = files.map((file) => file.proto.name);
    const generated = generateCode(set, paths, foreign, plugin, kind);
    for (const [path, content] of generated) texts.set(`${folder}/${path}`, content);
    for (const entry of entries) put(barrelPath(entry), writeBarrel(entry, generated, kind));
    put("release", writeRelease({ module, semver, digest }, kind));
    put("index", writeEntry(subjects, kind));
    texts.set(
      `${folder}/package.json`,
      `{ "type": "${kind === "esm" ? "module" : "commonjs"}" }\n`,
    );
  }
  const dependencies = npmDependencies(input, foreign);
  const code = [...texts.keys()].filter((path) => path.startsWith("dist/esm/"));
  texts.set(
    "package.json",
    writePackageJson({ module, semver, digest, entries, subjects, dependencies, code }),
  );
  const { changes } = input;
  const usage = writeUsage({ npmPackage: packageNameOf(module), entries, bindings });
  texts.set(
    "README.md",
    writeReadme({ module, semver, digest, entries, subjects, usage, changes }),
  );

  const encoder = new TextEncoder();
  const contents = new Map<string, Uint8Array>([["schema.binpb", writeSchema(set)]]);
  for (const [path, text] of texts) contents.set(path, encoder.encode(text));
  return new Map([...contents].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function ownFiles(
  paths: readonly string[],
  registry: ReturnType<typeof createFileRegistry>,
): DescFile[] {
  return [...paths].sort().map((path) => {
    const file = registry.getFile(path);
    if (file === undefined) throw new Error(`the image has no file ${path}`);
    return file;
  });
}

/** Ranges, so that npm can give all stub packages of an application the same runtime. */
function npmDependencies(
  input: StubPackageInput,
  foreign: ReadonlyMap<string, Foreign>,
): Record<string, string> {
  const used = new Set([...foreign.values()].map(({ npmPackage }) => npmPackage));
  const ranges: Record<string, string> = {
    "@bufbuild/protobuf": `^${protobufVersion}`,
    "@charter-nats/runtime": `^${input.runtimeVersion}`,
  };
  if (used.has("@bufbuild/protovalidate")) {
    ranges["@bufbuild/protovalidate"] = `^${protovalidateVersion}`;
  }
  for (const { module, semver } of input.dependencies) {
    if (used.has(packageNameOf(module))) ranges[packageNameOf(module)] = `^${semver}`;
  }
  return ranges;
}
