import { mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join, posix } from "node:path";
import { bindingsFileName } from "../../core/bindings-file/bindings-file-name.ts";
import { limits } from "../../core/limits.ts";
import { CommandFailure } from "../command-failure.ts";
import { type Checkout, runGit } from "./git.ts";

/** A commit, as it is seen from a folder of its repository. */
export interface GitCommit {
  /** The full object name. */
  readonly id: string;
  /** Where the folder is in the repository: empty, or `contracts/`. */
  readonly prefix: string;
}

/** The commit that a branch, a tag or a commit's own name stands for; null when it names none. */
export async function findCommit(checkout: Checkout, ref: string): Promise<GitCommit | null> {
  const where = await runGit(checkout, ["rev-parse", "--show-prefix"]);
  if (where.exitCode !== 0) return null;
  const found = await runGit(checkout, [
    "rev-parse",
    "--verify",
    "--quiet",
    "--end-of-options",
    `${ref}^{commit}`,
  ]);
  const id = found.stdout.toString("utf8").trim();
  if (found.exitCode !== 0 || !/^[0-9a-f]{40,64}$/.test(id)) return null;
  return { id, prefix: where.stdout.toString("utf8").replace(/\n$/, "") };
}

/** What a workspace is read from. Everything else in a commit is left where it is. */
function isRead(path: string): boolean {
  const name = posix.basename(path);
  return name === "buf.yaml" || name === bindingsFileName || name.endsWith(".proto");
}

const link = "120000";
const files = new Set(["100644", "100755", link]);

interface Entry {
  readonly mode: string;
  readonly object: string;
  /** Relative to the folder that is looked at. */
  readonly path: string;
}

/**
 * Writes the files of a workspace as a commit has them to an empty folder.
 *
 * @param checkout the folder of the workspace
 */
export async function writeCommit(
  checkout: Checkout,
  { id, prefix }: GitCommit,
  target: string,
): Promise<void> {
  const entries = await entriesOf(checkout, id, prefix);
  const contents = await contentsOf(checkout, entries);
  // Links last, so that no file is written through one.
  const ordered = entries.map((entry, i) => ({
    ...entry,
    content: contents[i] ?? Buffer.alloc(0),
  }));
  ordered.sort((a, b) => Number(a.mode === link) - Number(b.mode === link));
  for (const { mode, path, content } of ordered) {
    const at = join(target, path);
    await mkdir(dirname(at), { recursive: true });
    if (mode === link) await symlink(content.toString("utf8"), at);
    else await writeFile(at, content, { flag: "wx" });
  }
}

async function entriesOf(
  checkout: Checkout,
  id: string,
  prefix: string,
): Promise<readonly Entry[]> {
  const listing = await gitOutput(checkout, ["ls-tree", "-r", "-z", "--full-tree", id]);
  const entries: Entry[] = [];
  for (const line of listing.toString("utf8").split("\0")) {
    const [, mode = "", object = "", whole = ""] =
      /^(\d{6}) blob ([0-9a-f]{40,64})\t(.*)$/s.exec(line) ?? [];
    if (!files.has(mode) || !whole.startsWith(prefix) || !isRead(whole)) continue;
    const path = whole.slice(prefix.length);
    // git makes no such tree, but somebody else can.
    if (path.split("/").some((part) => part === "" || part === "." || part === "..")) continue;
    entries.push({ mode, object, path });
  }
  if (entries.length > limits.filesPerCommit) {
    throw new CommandFailure(
      "usage",
      `The commit ${id.slice(0, 12)} has ${entries.length} .proto files, and ${limits.filesPerCommit} are read at most. Move the buf.yaml into a folder of its own.`,
    );
  }
  return entries;
}

async function contentsOf(checkout: Checkout, entries: readonly Entry[]): Promise<Buffer[]> {
  const names = entries.map((entry) => `${entry.object}\n`).join("");
  const output = await gitOutput(checkout, ["cat-file", "--batch"], names);
  const contents: Buffer[] = [];
  for (let at = 0; at < output.length; ) {
    const end = output.indexOf("\n", at);
    const header = output.toString("utf8", at, end);
    const size = Number(/^[0-9a-f]+ blob (\d+)$/.exec(header)?.[1]);
    if (Number.isNaN(size)) {
      throw new CommandFailure(
        "usage",
        `git cannot read a file of the commit: ${header}. Fetch the whole commit, and try again.`,
      );
    }
    contents.push(output.subarray(end + 1, end + 1 + size));
    at = end + 1 + size + 1;
  }
  return contents;
}

async function gitOutput(checkout: Checkout, args: readonly string[], input = ""): Promise<Buffer> {
  const run = await runGit(checkout, args, input);
  if (run.exitCode === 0) return run.stdout;
  throw new CommandFailure("usage", `git ${args[0]} failed: ${run.stderr}`);
}
