import { mkdtemp, realpath, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { CommandFailure } from "../command-failure.ts";
import { readIfThere } from "../settings-files.ts";
import type { Checkout } from "./git.ts";
import { findCommit, type GitCommit, writeCommit } from "./git-ref.ts";
import { readWorkspace, type Workspace } from "./workspace.ts";

/** Another state of a workspace, as a command line names it. */
export interface BaselineWorkspace {
  /** What the user called it: `main`, `../other-checkout`. */
  readonly name: string;
  /** null where a commit has no buf.yaml yet. */
  readonly workspace: Workspace | null;
}

/**
 * Reads a folder, or the workspace's own folder at a git ref. A folder is written so that a shell
 * would take it: `./main`, `../other`; a word that is both must be written as one of the two.
 *
 * @param checkout the folder of the workspace's buf.yaml
 * @throws CommandFailure when it is neither
 */
export async function readBaseline(
  { cwd, ...checkout }: Checkout & { readonly cwd: string },
  name: string,
): Promise<BaselineWorkspace> {
  const isFolder = await stat(resolve(cwd, name)).then(
    (found) => found.isDirectory(),
    () => false,
  );
  // A folder needs no git.
  const commit = /^(?:\.{0,2}\/|\.{1,2}$)/.test(name)
    ? null
    : await findCommit(checkout, name).catch((error) => (isFolder ? null : Promise.reject(error)));
  if (isFolder && commit !== null) {
    throw new CommandFailure(
      "usage",
      `"${name}" is a folder and a git ref. Write ./${name} for the folder, or refs/heads/${name} for a branch.`,
    );
  }
  if (isFolder) return { name, workspace: await readWorkspace(cwd, name, undefined) };
  if (commit !== null) return readCommit(checkout, name, commit);
  throw new CommandFailure(
    "usage",
    `"${name}" is no folder, and no branch, tag or commit of the git repository of ${checkout.folder}. A clone in CI often has one commit only: fetch the other (\`git fetch origin main\`) and name it, such as origin/main.`,
  );
}

async function readCommit(
  checkout: Checkout,
  name: string,
  commit: GitCommit,
): Promise<BaselineWorkspace> {
  const target = await realpath(await mkdtemp(join(tmpdir(), "charter-ref-")));
  try {
    await writeCommit(checkout, commit, target);
    if ((await readIfThere(join(target, "buf.yaml"))) === null) return { name, workspace: null };
    return { name, workspace: await readWorkspace(target, ".", undefined) };
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    const message = error.message.replaceAll(`${target}/`, "").replaceAll(target, ".");
    throw new CommandFailure(error.exit, `At ${name}: ${message}`, { cause: error });
  } finally {
    await rm(target, { recursive: true, force: true });
  }
}
