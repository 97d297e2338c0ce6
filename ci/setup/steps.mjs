import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SetupFailure } from "./failure.mjs";
import { pinnedNode, root } from "./paths.mjs";

/**
 * Something that is generated from sources of the clone, and only again when they change.
 *
 * @typedef {object} Step
 * @property {string} name what people read while it runs
 * @property {string} script what the pinned Node runs
 * @property {string[]} inputs files and folders that its result depends on
 * @property {string[]} outputs what is there afterwards
 */

/** @type {readonly Step[]} In this order: each may need what the one before makes. */
export const steps = [
  {
    name: "print validate.proto",
    script: "ci/print-validate-proto.ts",
    inputs: ["registry/core", "node_modules/@bufbuild/protovalidate/package.json"],
    outputs: ["generated/proto/buf/validate/validate.proto"],
  },
  {
    name: "build the runtime",
    script: "codegen/runtime/build.mjs",
    inputs: [
      "codegen/runtime/src",
      "codegen/runtime/gen",
      "codegen/runtime/package.json",
      "codegen/runtime/tsconfig.build.json",
      "tsconfig.json",
      "package-lock.json",
    ],
    outputs: ["codegen/runtime/dist/esm/src/index.js", "codegen/runtime/dist/cjs/src/index.d.ts"],
  },
  {
    name: "build the command",
    script: "registry/cli/build.mjs",
    inputs: [
      "registry/cli",
      "registry/api",
      "registry/core",
      "contract-tests",
      "package-lock.json",
    ],
    outputs: ["registry/cli/dist/charter.js"],
  },
  {
    name: "generate stub packages",
    script: "ci/generate-stubs.ts",
    inputs: [
      "proto",
      "buf.yaml",
      "codegen/generator",
      "codegen/runtime/package.json",
      "registry/core",
      "package-lock.json",
    ],
    outputs: ["contract-tests/node_modules/@bodybroker", "registry/node_modules/@charter"],
  },
];

/**
 * Runs a step unless its inputs are those of the last time.
 *
 * @param {Step} step
 * @param {(line: string) => void} say
 * @param {string} clone
 */
export function runStep(step, say, clone = root) {
  const digest = digestOf(clone, [step.script, ...step.inputs]);
  if (isDone(step, clone) && readStamps(clone)[step.name] === digest) return;
  say(step.name);
  const run = spawnSync(pinnedNode, [step.script], {
    cwd: clone,
    stdio: ["ignore", process.stderr.fd, "inherit"],
  });
  if (run.status !== 0) {
    throw new SetupFailure(
      `${step.script} ended with ${run.status ?? run.signal}; its own words are above.`,
    );
  }
  const stamps = { ...readStamps(clone), [step.name]: digest };
  mkdirSync(join(clone, ".charter"), { recursive: true });
  writeFileSync(stampsFile(clone), JSON.stringify(stamps, null, 2));
}

/**
 * Whether what a step makes is there, of whatever age.
 *
 * @param {Step} step
 */
export function isDone(step, clone = root) {
  return step.outputs.every((path) => existsSync(join(clone, path)));
}

/** @param {string} clone */
function stampsFile(clone) {
  return join(clone, ".charter/set-up-stamps.json");
}

/**
 * @param {string} clone
 * @returns {Record<string, string>}
 */
function readStamps(clone) {
  try {
    return JSON.parse(readFileSync(stampsFile(clone), "utf8"));
  } catch {
    return {};
  }
}

/**
 * @param {string} clone
 * @param {string[]} paths
 */
function digestOf(clone, paths) {
  const hash = createHash("sha256");
  for (const path of paths) addTo(hash, clone, path);
  return hash.digest("hex");
}

/**
 * @param {import("node:crypto").Hash} hash
 * @param {string} clone
 * @param {string} path
 */
function addTo(hash, clone, path) {
  const absolute = join(clone, path);
  if (!existsSync(absolute)) return;
  if (statSync(absolute).isDirectory()) {
    for (const name of readdirSync(absolute).sort()) {
      const isSource = !/^(node_modules|dist|testing|testdata)$|\.test\.\w+$/.test(name);
      if (isSource) addTo(hash, clone, `${path}/${name}`);
    }
    return;
  }
  const content = readFileSync(absolute);
  hash.update(`${path}\0${content.length}\0`).update(content);
}
