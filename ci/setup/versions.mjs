import { spawnSync } from "node:child_process";
import { SetupFailure } from "./failure.mjs";

/** Enough to install with; everything else runs on the Node that the project brings. */
const oldestNode = 20;
const oldestNpm = 10;

/** Refuses a Node that cannot run the set-up. */
export function requireNode(version = process.versions.node) {
  if (majorOf(version) >= oldestNode) return;
  throw new SetupFailure(
    `Charter's set-up needs Node ${oldestNode} or newer, and this is Node ${version}. Install a newer Node; the rest runs on the Node that the project brings.`,
  );
}

/** Refuses an npm that would not install what the lock says. */
export function requireNpm(env = process.env) {
  const version = npmVersionOf(env);
  if (majorOf(version) >= oldestNpm) return;
  throw new SetupFailure(
    `Charter's set-up needs npm ${oldestNpm} or newer, and this is npm ${version}. Run: npm install --global npm`,
  );
}

/** @param {NodeJS.ProcessEnv} env */
function npmVersionOf(env) {
  // Inside of `npm run`, npm says its version: asking it again takes a third of a second.
  const agent = /^npm\/(\S+)/.exec(env.npm_config_user_agent ?? "");
  if (agent?.[1] !== undefined) return agent[1];
  const run = spawnSync("npm", ["--version"], { encoding: "utf8" });
  if (run.status !== 0) {
    throw new SetupFailure(
      `Charter's set-up needs npm ${oldestNpm} or newer, and \`npm --version\` does not run.`,
    );
  }
  return run.stdout.trim();
}

/** @param {string} version */
function majorOf(version) {
  return Number(version.split(".")[0]);
}
