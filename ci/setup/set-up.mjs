import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SetupFailure } from "./failure.mjs";
import { installPackages, isInstalled, requirePinnedNode } from "./install.mjs";
import { provideNatsServer } from "./nats-server.mjs";
import { pinnedNode, stateFolder } from "./paths.mjs";
import { isDone, runStep, steps } from "./steps.mjs";
import { requireNode, requireNpm } from "./versions.mjs";

/**
 * What a clone needs before anything of it runs. Each part is skipped when it is as it should be.
 *
 * @param {{mayInstall?: boolean}} options whether a missing nats-server may be installed with the
 *   system's package manager; root always may
 * @returns {{natsServer: string}}
 */
export function setUp({ mayInstall = process.getuid?.() === 0 } = {}) {
  requireNode();
  if (!isInstalled()) {
    requireNpm();
    say("install packages");
    installPackages();
  }
  requirePinnedNode();
  for (const step of steps) runStep(step, say);
  const natsServer = provideNatsServer({ env: process.env, mayInstall, say });
  mkdirSync(stateFolder, { recursive: true });
  const found = { node: pinnedNode, natsServer: natsServer.path, natsVersion: natsServer.version };
  writeFileSync(join(stateFolder, "setup.json"), `${JSON.stringify(found, null, 2)}\n`);
  return { natsServer: natsServer.path };
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
