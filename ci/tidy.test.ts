import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { satisfies, valid } from "semver";
import { expect, it } from "vitest";
import lock from "../package-lock.json" with { type: "json" };

const root = join(import.meta.dirname, "..");
const files = execFileSync("git", ["ls-files", "-z"], { cwd: root, encoding: "utf8" })
  .split("\0")
  .filter((path) => path !== "" && existsSync(join(root, path)));

const isGenerated = (path: string) => /(^|\/)(gen|golden)\//.test(path);
const code = files.filter((path) => /\.(ts|mjs|cjs|js|sql|sh)$/.test(path) && !isGenerated(path));
const locked = lock.packages as Record<
  string,
  { version?: string; resolved?: string; link?: boolean }
>;
const text = files.filter((path) => path !== "package-lock.json");
const read = (path: string) => readFileSync(join(root, path), "utf8");

/** The files, with the line, in which a pattern occurs. */
function occurrences(paths: readonly string[], pattern: RegExp): string[] {
  return paths.flatMap((path) =>
    read(path)
      .split("\n")
      .flatMap((line, index) =>
        pattern.test(line) ? [`${path}:${index + 1}: ${line.trim().slice(0, 120)}`] : [],
      ),
  );
}

it("the rules look at the whole clone", () => {
  expect(code).toContain("ci/tidy.test.ts");
  expect(code.length).toBeGreaterThan(100);
});

it("no source file is longer than 400 lines", () => {
  expect(code.filter((path) => read(path).split("\n").length > 401)).toEqual([]);
});

it("no test is left out", () => {
  const tests = code.filter((path) => path.endsWith(".test.ts"));
  const leftOut = /\b(it|test|describe)(\.\w+)*\.(only|skip|todo|skipIf|runIf|fails)\b/;
  expect(occurrences(tests, leftOut)).toEqual([]);
});

it("no file holds a path of somebody's machine", () => {
  expect(occurrences(text, /(?<![\w.}~-])\/(root|home|Users|work)\/\w/)).toEqual([]);
});

it("no file names a package registry's host: npm knows it, or Verdaccio asks npm", () => {
  const hosts = ["registry.npmjs", "registry.yarnpkg", "deb.debian", "npm.pkg.github"];
  const pattern = new RegExp(hosts.map((host) => host.replace(".", "\\.")).join("|"));
  const others = text.filter((path) => path !== "ci/tidy.test.ts");
  expect(occurrences(others, pattern)).toEqual([]);
});

it("no work is left as a note", () => {
  expect(occurrences(code, /\b(TO[D]O|FIX[M]E|X[X]X)\b/)).toEqual([]);
});

it("no file is named by a word that the design leaves out", () => {
  const banned = /artifact|manager|helper|utils?(?![a-z])/i;
  expect(files.filter((path) => banned.test(basename(path)))).toEqual([]);
});

it("package-lock.json holds no address: every clone asks its own npm registry", () => {
  const addressed = Object.entries(locked).filter(
    ([, { resolved }]) => resolved !== undefined && /^\w+:/.test(resolved),
  );
  expect(addressed.map(([path]) => path)).toEqual([]);
});

type Manifest = Record<"dependencies" | "devDependencies", Record<string, string> | undefined>;
const manifestOf = (path: string) => JSON.parse(read(path)) as Manifest;
const { dependencies = {}, devDependencies = {} } = manifestOf("package.json");
const pinned: Record<string, string> = { ...dependencies, ...devDependencies };

it("the clone's own dependencies are pinned exactly", () => {
  const loose = Object.entries(pinned).filter(([, version]) => valid(version) === null);
  expect(loose).toEqual([]);
});

it.each(["codegen/runtime/package.json", "registry/cli/package.json"])(
  "what %s asks for is what this clone is tested with",
  (path) => {
    const published = Object.entries(manifestOf(path).dependencies ?? {});
    expect(published.length).toBeGreaterThan(0);
    const untested = published.filter(
      ([name, range]) => !satisfies(versionHere(path, name), range),
    );
    expect(untested).toEqual([]);
  },
);

/** The version that the lock installs where a workspace looks for it. */
function versionHere(manifest: string, name: string): string {
  const nested = locked[manifest.replace("package.json", `node_modules/${name}`)];
  const found = nested ?? locked[`node_modules/${name}`];
  const workspace = found?.link === true ? locked[found.resolved ?? ""] : undefined;
  return (workspace ?? found)?.version ?? "";
}
