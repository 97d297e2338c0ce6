import { readdir, readFile, realpath, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { limits } from "../../core/limits.ts";
import { CommandFailure } from "../command-failure.ts";
import { belongsTo, type ModuleEntry } from "./buf-yaml.ts";

/** One file of a module, as a proposal has it. */
export interface CollectedFile {
  /** Relative to the root of imports. */
  readonly path: string;
  readonly content: string;
}

export interface Collected {
  /** By path. */
  readonly files: readonly CollectedFile[];
  /** Links that lead out of the workspace; nothing behind them is read. */
  readonly skipped: readonly string[];
}

/**
 * Reads the .proto files of a module. Like buf, it follows links to files and not links to folders;
 * unlike buf, only inside the workspace, so that a repository cannot make its checker read others.
 *
 * @param workspace the absolute path of the buf.yaml's folder
 */
export async function collectFiles(workspace: string, entry: ModuleEntry): Promise<Collected> {
  const root = join(workspace, entry.path);
  const paths: string[] = [];
  const skipped: string[] = [];
  const inside = await realpath(workspace);
  for (const path of await protoPaths(root)) {
    const file = relative(workspace, path).split(sep).join("/");
    if (!belongsTo(entry, file)) continue;
    const real = await realpath(path).catch(() => null);
    if (real === null || !real.startsWith(inside + sep)) skipped.push(file);
    else if ((await stat(real)).isFile()) paths.push(path);
  }
  if (paths.length > limits.filesPerProposal) {
    throw tooLarge(entry.name, `has ${paths.length} files`, `${limits.filesPerProposal} files`);
  }
  const files = [];
  for (const path of paths) files.push(await readProto(root, path));
  return { files: files.sort((a, b) => (a.path < b.path ? -1 : 1)), skipped: skipped.sort() };
}

/** The absolute paths of all .proto files and links below a folder. */
async function protoPaths(root: string): Promise<string[]> {
  const found: string[] = [];
  const folders = [root];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const each of await entriesOf(folder)) {
      const path = join(folder, each.name);
      if (each.isDirectory()) folders.push(path);
      else if (each.name.endsWith(".proto")) found.push(path);
    }
  }
  return found;
}

async function entriesOf(folder: string) {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (cause) {
    throw new CommandFailure(
      "usage",
      `The folder ${folder}, which buf.yaml names, cannot be read.`,
      {
        cause,
      },
    );
  }
}

async function readProto(root: string, path: string): Promise<CollectedFile> {
  const name = relative(root, path).split(sep).join("/");
  if (name.length > limits.pathLength || name.split("/").length > limits.pathDepth) {
    throw tooLarge(
      path,
      "has a long path",
      `${limits.pathLength} characters and ${limits.pathDepth} folders`,
    );
  }
  const bytes = await readFile(path);
  if (bytes.length > limits.fileBytes) {
    throw tooLarge(path, `has ${bytes.length} bytes`, `${limits.fileBytes} bytes`);
  }
  try {
    // A byte order mark is a part of the content, as it is for buf.
    const content = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    return { path: name, content };
  } catch (cause) {
    throw new CommandFailure("usage", `${path} must be UTF-8 text. Save it in that encoding.`, {
      cause,
    });
  }
}

function tooLarge(what: string, came: string, limit: string): CommandFailure {
  return new CommandFailure(
    "usage",
    `${what} ${came}; a registry takes up to ${limit}. Split it, or leave it out with \`excludes\` in buf.yaml.`,
  );
}
