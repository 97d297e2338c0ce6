import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SetupFailure } from "./failure.mjs";
import { installPackages, isInstalled, requirePinnedNode } from "./install.mjs";
import { pinnedNode, stateFolder } from "./paths.mjs";
import { natsServer, provideServer } from "./server-programs.mjs";
import { isDone, runStep, steps } from "./steps.mjs";
import { requireNode, requireNpm } from "./versions.mjs";

/**
 * What a clone needs before anything of it runs. Each part is skipped when it is as it should be.
 *
 * @param {{mayInstall?: boolean, alsoNeeds?: import("./server-programs.mjs").ServerProgram[]}} options
 *   `mayInstall`: whether missing servers may be installed with the system's package manager; root
 *   always may. `alsoNeeds`: servers beside nats-server
 * @returns {Record<string, string>} where the servers are, by the variables that name them
 */
export function setUp({ mayInstall = process.getuid?.() === 0, alsoNeeds = [] } = {}) {
  requireNode();
  if (!isInstalled()) {
    requireNpm();
    say("install packages");
    installPackages();
  }
  requirePinnedNode();
  for (const step of steps) runStep(step, say);
  const options = { env: process.env, mayInstall, say };
  const nats = provideServer(natsServer, options);
  const others = alsoNeeds.map((server) => [server.variable, provideServer(server, options).path]);
  mkdirSync(stateFolder, { recursive: true });
  const found = { node: pinnedNode, natsServer: nats.path, natsVersion: nats.version };
  writeFileSync(join(stateFolder, "setup.json"), `${JSON.stringify(found, null, 2)}\n`);
  return { [natsServer.variable]: nats.path, ...Object.fromEntries(others) };
}

/** Refuses a clone that is not set up, and changes nothing: for a start in production. */
export function requireSetUp() {
  requireNode();
  if (isInstalled() && steps.every((step) => isDone(step))) return requirePinnedNode();
  throw new SetupFailure("This clone is not set up. Run: node ci/setup.mjs");
}

/**
 * Runs an entry script: a failure of the set-up is a message, not a stack.
 *
 * @param {() => void} run
 */
export function orExplain(run) {
  try {
    run();
  } catch (error) {
    if (!(error instanceof SetupFailure)) throw error;
    process.stderr.write(`\n${error.message}\n`);
    process.exitCode = 2;
  }
}

/** @param {string} line */
export function say(line) {
  process.stderr.write(`set-up: ${line}\n`);
}
