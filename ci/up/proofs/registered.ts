import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { createRegistryClient } from "../../../registry/api/client.ts";
import { moduleNameOfBuf } from "../../../registry/core/module-name.ts";
import { charter } from "../charter-command.ts";
import type { Estate } from "../proof.ts";

/** Pushes every module of the clone and waits until each stub package is published. */
export async function proveRegistered(estate: Estate) {
  const run = await charter(estate, ["module", "push", "--format", "json"]);
  if (run.exitCode !== 0) throw new Error(`module push ended with ${run.exitCode}: ${run.stderr}`);
  const wanted = namedModules(estate.root);
  const modules = await createRegistryClient({ url: estate.http }).modules();
  const published = modules.filter((each) => each.package.state === "published");
  const names = new Set(published.map((each) => each.name));
  const missing = wanted.filter((name) => !names.has(name));
  return {
    count: wanted.length - missing.length,
    ok: missing.length === 0 && wanted.length > 0,
    detail:
      missing.length === 0
        ? "modules with a release and a published stub package"
        : `not registered and published: ${missing.join(", ")}`,
  };
}

function namedModules(root: string): string[] {
  const yaml = parse(readFileSync(join(root, "buf.yaml"), "utf8")) as {
    modules: { name?: string }[];
  };
  return yaml.modules.flatMap(({ name }) => {
    const module = name === undefined ? null : moduleNameOfBuf(name);
    return module === null ? [] : [module];
  });
}
