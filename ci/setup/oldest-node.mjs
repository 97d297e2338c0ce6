import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { SetupFailure } from "./failure.mjs";
import { stateFolder } from "./paths.mjs";

/** The published packages promise Node 20.19 and newer, so the tests run them on a Node 20 too. */
const version = "20.20.2";

/**
 * A Node 20 for the tests of what is published: `STUB_NODE` of the environment, or the npm package
 * that the pinned Node comes in as well, kept out of node_modules because both are called `node`.
 *
 * @param {{env: NodeJS.ProcessEnv, say: (line: string) => void, folder?: string}} options
 * @returns {string} the path of the program
 */
export function provideOldestNode({ env, say, folder = join(stateFolder, "oldest-node") }) {
  if (env.STUB_NODE !== undefined) return env.STUB_NODE;
  const name = `node-${process.platform}-${process.arch}`;
  const program = join(folder, "node_modules", name, "bin/node");
  if (versionOf(program) === `v${version}`) return program;
  say(`install Node ${version} for the tests of published packages`);
  const run = spawnSync(
    "npm",
    ["install", "--no-save", "--no-audit", "--no-fund", "--prefix", folder, `${name}@${version}`],
    { stdio: ["ignore", process.stderr.fd, "inherit"] },
  );
  if (versionOf(program) === `v${version}`) return program;
  throw new SetupFailure(
    `The tests of published packages need a Node 20, and npm install ${name}@${version} ended with ` +
      `${run.status ?? run.signal ?? run.error?.message}. Set STUB_NODE to the path of a Node 20.19 or newer.`,
  );
}

/** @param {string} program */
function versionOf(program) {
  if (!existsSync(program)) return null;
  return spawnSync(program, ["--version"], { encoding: "utf8" }).stdout.trim();
}
