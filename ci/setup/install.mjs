import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { SetupFailure } from "./failure.mjs";
import { pinnedNode, root } from "./paths.mjs";

/**
 * Whether node_modules is what the lock says. npm keeps a lock of what it installed inside of
 * node_modules, so the answer needs no stamp of ours, and is right after a plain `npm install`.
 */
export function isInstalled(folder = root) {
  const wanted = packagesOf(join(folder, "package-lock.json"));
  const present = packagesOf(join(folder, "node_modules/.package-lock.json"));
  if (wanted === null || present === null) return false;
  // Links to the commands of workspaces are in no lock; without this one, `npx charter` would ask
  // the npm registry for a package of that name.
  if (!existsSync(join(folder, "node_modules/.bin/charter"))) return false;
  // Entries outside of node_modules are this clone itself and its workspaces.
  return Object.entries(wanted).every(([path, { version, optional, link }]) => {
    if (!path.includes("node_modules/")) return true;
    const found = present[path];
    // Packages for other platforms stay out.
    if (found === undefined) return optional === true;
    return found.version === version && found.link === link;
  });
}

/** Installs exactly what the lock says, when something else is there. */
export function installPackages() {
  // npm itself must not run on the Node that it is about to replace.
  const path = (process.env.PATH ?? "").split(delimiter);
  const PATH = path.filter((entry) => !entry.endsWith("node_modules/.bin")).join(delimiter);
  // The level hides warnings about engines: they speak of npm's own Node, and we bring another.
  const run = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    env: { ...process.env, PATH },
    stdio: ["ignore", process.stderr.fd, "inherit"],
  });
  if (run.status !== 0) {
    throw new SetupFailure(
      `npm ci ended with ${run.status ?? run.signal ?? run.error?.message}; its own words are above.`,
    );
  }
}

/** Refuses an installation whose Node is missing, which happens where install scripts are off. */
export function requirePinnedNode() {
  if (existsSync(pinnedNode)) return;
  throw new SetupFailure(
    "The Node that the project pins is not in node_modules/node/bin: its install script did not run. Run: npm rebuild node --ignore-scripts=false",
  );
}

/**
 * @param {string} path
 * @returns {Record<string, {version?: string, optional?: boolean, link?: boolean}> | null}
 */
function packagesOf(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8")).packages ?? null;
  } catch {
    return null;
  }
}
