import { glob, readFile } from "node:fs/promises";
import { join } from "node:path";
import { NpmConflictError } from "../../registry/server/npm/npm-failure.ts";
import { createNpmRegistry } from "../../registry/server/npm/npm-registry.ts";
import { packTarball } from "../../registry/server/npm/pack.ts";

/** The workspaces that others install, each built by its own build.mjs. */
const folders = ["codegen/runtime", "registry/cli"];

/**
 * Publishes Charter's own packages to the estate's npm registry.
 *
 * @returns a line for each: published, present, or that other bytes are there under this version
 */
export async function publishOwnPackages(
  root: string,
  npm: { readonly url: string; readonly token: string },
): Promise<readonly string[]> {
  const registry = createNpmRegistry(npm);
  const lines: string[] = [];
  for (const folder of folders) {
    const files = await packageFiles(join(root, folder));
    const manifest = JSON.parse(new TextDecoder().decode(files.get("package.json"))) as {
      name: string;
      version: string;
    };
    const { tarball, integrity } = await packTarball(files);
    const { name, version } = manifest;
    try {
      const outcome = await registry.publish({
        name,
        version,
        manifest,
        tarball,
        integrity,
        tag: "latest",
      });
      lines.push(`${name}@${version} ${outcome}`);
    } catch (error) {
      if (!(error instanceof NpmConflictError)) throw error;
      // What is published stays: whoever changes the package gives it a new version.
      lines.push(
        `${name}@${version} was published with other bytes before; raise its version to publish these`,
      );
    }
  }
  return lines;
}

/** What `npm pack` would take: package.json, the README, and what `files` names. */
async function packageFiles(folder: string): Promise<Map<string, Uint8Array>> {
  const manifest = JSON.parse(await readFile(join(folder, "package.json"), "utf8")) as {
    files?: string[];
  };
  const patterns = [
    "package.json",
    "README.md",
    ...(manifest.files ?? []).flatMap((each) => [each, `${each}/**/*`]),
  ];
  const files = new Map<string, Uint8Array>();
  for await (const entry of glob(patterns, { cwd: folder, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files.set(path.slice(folder.length + 1), await readFile(path));
  }
  return files;
}
