import { packageNameOf } from "../../registry/core/module-name.ts";
import { barrelPath } from "./barrels.ts";
import type { PackageEntry } from "./package-layout.ts";
import type { SubjectEntry } from "./subject-map.ts";

export interface PackageJsonInput {
  readonly module: string;
  readonly semver: string;
  readonly digest: string;
  readonly entries: readonly PackageEntry[];
  readonly subjects: readonly SubjectEntry[];
  /** The paths of the package's ES modules. */
  readonly code: readonly string[];
  /** npm package → range. */
  readonly dependencies: Readonly<Record<string, string>>;
}

/** The manifest of a stub package. */
export function writePackageJson(input: PackageJsonInput): string {
  const { module, semver, digest, entries, subjects, dependencies, code } = input;
  const manifest = {
    name: packageNameOf(module),
    version: semver,
    description: `Typed NATS clients, services, publishers and subscribers of ${module}`,
    license: "UNLICENSED",
    type: "module",
    sideEffects: false,
    engines: { node: ">=20.19" },
    files: ["dist", "schema.binpb"],
    main: "./dist/cjs/index.js",
    types: "./dist/cjs/index.d.ts",
    exports: {
      ".": target("index"),
      ...Object.fromEntries(
        entries.map((entry) => [`./${entry.subpath}`, target(barrelPath(entry))]),
      ),
      ...deepExports(entries, code),
      "./schema.binpb": "./schema.binpb",
      "./package.json": "./package.json",
    },
    dependencies: Object.fromEntries(Object.entries(dependencies).sort()),
    charter: { module, semver, digest, subjects: subjects.map(({ pattern }) => pattern) },
  };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

/** Every generated file by its own path, with and without `.js`. */
function deepExports(
  entries: readonly PackageEntry[],
  code: readonly string[],
): Record<string, object> {
  const paths = entries.flatMap(({ files }) => files.map((file) => file.name));
  const folders = paths.map((path) => path.slice(0, path.lastIndexOf("/") + 1));
  const exports: Record<string, object> = {};
  for (const folder of [...new Set(folders)].sort()) {
    for (const kind of ["pb", "nats"]) {
      const isThere = (path: string) =>
        path.startsWith(`dist/esm/${folder}`) && path.endsWith(`_${kind}.js`);
      if (!code.some(isThere)) continue;
      exports[`./${folder}*_${kind}.js`] = target(`${folder}*_${kind}`);
      exports[`./${folder}*_${kind}`] = target(`${folder}*_${kind}`);
    }
  }
  return exports;
}

/** Types stand first: the conditions are tried in order. */
function target(path: string): object {
  const of = (kind: string) => ({
    types: `./dist/${kind}/${path}.d.ts`,
    default: `./dist/${kind}/${path}.js`,
  });
  return { import: of("esm"), require: of("cjs") };
}
