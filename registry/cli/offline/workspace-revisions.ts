import { dirname } from "node:path";
import type { Context } from "../command.ts";
import type { NamedRevision, NamedRevisions } from "../revisions/named-revision.ts";
import { findUpwards } from "../settings-files.ts";
import { readBaseline } from "../workspace/baseline.ts";
import { judging, keepAsHeads, localPorts } from "./local-registry.ts";

/**
 * Reads and compiles the modules of a folder, or of the workspace's own folder at a git ref.
 *
 * @param name `.`, `../other-checkout`, `main`
 * @throws CommandFailure when it cannot be read or compiled, or there is no buf
 */
export async function workspaceRevisions(
  { cwd, env }: Pick<Context, "cwd" | "env">,
  name: string,
): Promise<NamedRevisions> {
  const found = await findUpwards(cwd, "buf.yaml");
  const folder = found === null ? cwd : dirname(found.path);
  const [ports, { workspace }] = await Promise.all([
    localPorts({ env }, folder),
    readBaseline({ cwd, env, folder }, name),
  ]);
  const modules = new Map<string, NamedRevision>();
  if (workspace === null) return { label: name, modules };
  await judging(name, workspace.locate, () => keepAsHeads(ports, workspace));
  for (const module of workspace.names) {
    const head = ports.store.head(module);
    if (head === null) continue;
    const { revision } = ports.releases.get(module, head.semver);
    modules.set(module, { ...revision, locate: (path) => workspace.locate(module, path) });
  }
  return { label: name, modules };
}
