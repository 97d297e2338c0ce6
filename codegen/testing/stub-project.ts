import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const root = join(import.meta.dirname, "../..");

/** A project of its own, outside of this repository, with stub packages in its node_modules. */
export interface StubProject {
  readonly folder: string;
  /** Copies a file of this repository into the project. */
  add(from: string, to: string): void;
  write(path: string, content: string): void;
  /** Type-checks and compiles all that was added into `out/`. Throws what the compiler prints. */
  compile(): void;
  remove(): void;
}

/**
 * @param packages the files of each stub package, by its npm name
 * @param linked packages of this repository's node_modules that the project also has
 */
export function createStubProject(
  packages: ReadonlyMap<string, ReadonlyMap<string, Uint8Array>>,
  linked: readonly string[],
): StubProject {
  const folder = mkdtempSync(join(tmpdir(), "charter-stubs-"));
  const write = (path: string, content: string | Uint8Array) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  };
  write("package.json", '{ "private": true, "type": "module" }');
  write(
    "tsconfig.json",
    JSON.stringify({ compilerOptions: strictest, include: ["*.mts", "*.cts"] }),
  );
  for (const [name, files] of packages) {
    for (const [path, content] of files) write(`node_modules/${name}/${path}`, content);
  }
  for (const name of linked) {
    mkdirSync(dirname(join(folder, "node_modules", name)), { recursive: true });
    symlinkSync(join(root, "node_modules", name), join(folder, "node_modules", name));
  }
  return {
    folder,
    write,
    add: (from, to) => cpSync(join(root, from), join(folder, to)),
    compile() {
      const run = spawnSync(join(root, "node_modules/.bin/tsc"), ["-p", folder], {
        encoding: "utf8",
      });
      const errors = run.stdout.split("\n").filter((line) => line.includes("error TS"));
      const ours = errors.filter((line) => !/node_modules\/(?:nats|@nats-io)\//.test(line));
      if (run.error !== undefined || ours.length > 0) {
        throw new Error(`tsc refused the project:\n${ours.join("\n")}`, { cause: run.error });
      }
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/**
 * `skipLibCheck` is off, so that the declarations of our packages are checked as well. Those of the
 * NATS clients do not hold under `exactOptionalPropertyTypes`, so their own errors are passed over.
 */
const strictest = {
  target: "es2022",
  lib: ["es2023"],
  module: "nodenext",
  moduleResolution: "nodenext",
  types: ["node"],
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: false,
  outDir: "out",
};
