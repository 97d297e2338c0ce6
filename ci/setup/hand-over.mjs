import { spawn } from "node:child_process";
import { delimiter, join } from "node:path";
import { pinnedNode, root } from "./paths.mjs";

/**
 * Runs a TypeScript entry on the Node that the project pins, and ends as it ends.
 *
 * @param {string} entry relative to the root of the clone
 * @param {{args?: string[], env?: Record<string, string>}} options
 */
export function handOver(entry, { args = process.argv.slice(2), env = {} } = {}) {
  const child = spawn(pinnedNode, [join(root, entry), ...args], {
    env: { ...process.env, ...env, PATH: pathWithPinnedNode(process.env.PATH ?? "") },
    stdio: "inherit",
  });
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  // A terminal sends Ctrl-C to the child as well; a second one would mean "at once".
  process.on("SIGINT", () => {
    if (!process.stdin.isTTY) child.kill("SIGINT");
  });
  child.once("error", (error) => {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  });
  child.once("exit", (code) => {
    process.exitCode = code ?? 1;
  });
}

/**
 * The PATH of `npm run`, also without npm: programs with `#!/usr/bin/env node` get the pinned Node.
 *
 * @param {string} path
 */
export function pathWithPinnedNode(path) {
  const bin = join(root, "node_modules/.bin");
  return path.split(delimiter).includes(bin) ? path : [bin, path].join(delimiter);
}
