import { readdir, readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { limits } from "../../core/limits.ts";
import { CommandFailure } from "../command-failure.ts";
import { outlineProto, type ProtoOutline } from "./proto-outline.ts";

/** A .proto file of a folder that Charter does not know yet. */
export interface ForeignFile {
  /** Relative to the folder, with slashes. */
  readonly file: string;
  readonly outline: ProtoOutline;
}

export interface FoundFiles {
  readonly files: readonly ForeignFile[];
  /** Each node_modules, which has files of others. */
  readonly passedOver: readonly string[];
}

/** Reads every .proto file below a folder. Links, hidden folders and node_modules are passed over. */
export async function findFiles(folder: string): Promise<FoundFiles> {
  const found: ForeignFile[] = [];
  const passedOver: string[] = [];
  const nameOf = (path: string) => relative(folder, path).split(sep).join("/");
  const open = [folder];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    for (const each of await entriesOf(at)) {
      const path = join(at, each.name);
      if (each.isDirectory()) {
        if (each.name === "node_modules") passedOver.push(nameOf(path));
        else if (!each.name.startsWith(".")) open.push(path);
      }
      if (!each.isFile() || !each.name.endsWith(".proto")) continue;
      const outline = outlineProto(await readFile(path, "utf8"));
      found.push({ file: nameOf(path), outline });
      if (found.length > limits.filesPerProposal) {
        throw new CommandFailure(
          "usage",
          `${folder} has more than ${limits.filesPerProposal} .proto files, and a registry takes so many at once. Begin with a folder inside of it.`,
        );
      }
    }
  }
  if (found.length === 0) {
    throw new CommandFailure(
      "usage",
      `There is no .proto file in ${folder}. Name the folder that has some.`,
    );
  }
  return { files: found.sort((a, b) => (a.file < b.file ? -1 : 1)), passedOver };
}

async function entriesOf(folder: string) {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (cause) {
    throw new CommandFailure("usage", `The folder ${folder} cannot be read.`, { cause });
  }
}
