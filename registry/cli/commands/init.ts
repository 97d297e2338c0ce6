import { mkdir, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative, resolve } from "node:path";
import { Argument, Option } from "commander";
import { parseModuleName } from "../../core/module-name.ts";
import type { CommandDefinition } from "../command.ts";
import { CommandFailure } from "../command-failure.ts";
import { findFiles } from "../init/find-files.ts";
import { wordOf } from "../init/group-modules.ts";
import { proposeEstate } from "../init/propose.ts";
import { type ProposedFile, policyFileName, proposedFiles } from "../init/write-yaml.ts";
import { renderProposal } from "../render/proposal.ts";
import { readIfThere } from "../settings-files.ts";

interface Flags {
  readonly owner?: string;
  readonly dryRun: boolean;
  readonly force: boolean;
}

export const init: CommandDefinition<Flags> = {
  name: "init",
  summary: "propose modules, bindings and a grammar for .proto files that know nothing of Charter",
  details:
    "Reads packages, imports and comments, and writes a buf.yaml, a bindings.yaml for each module, and a policy.yaml where the subjects need a grammar of their own. No .proto is changed, and no file is overwritten without --force. What it cannot decide is marked DECIDE in the files, and is listed.",
  arguments: [new Argument("[folder]", "the folder that the protos are in (default: this one)")],
  options: [
    new Option("--owner <name>", "the owner of the modules (default: the folder's name)"),
    new Option("--dry-run", "print the files, and write none").default(false),
    new Option("--force", "overwrite files that are there").default(false),
  ],
  examples: ["charter init protos --owner acme --dry-run", "charter init protos --owner acme"],
  async run(context, [folder = "."], flags) {
    const root = resolve(context.cwd, folder);
    const owner = ownerOf(flags.owner, root);
    const { url } = await context.settings();
    const estate = proposeEstate(owner, await findFiles(root));
    const files = proposedFiles(estate, url.value);
    if (!flags.dryRun) await writeFiles(root, files, flags.force, context.cwd);
    const hasPolicy = files.some((file) => file.path === policyFileName);
    return {
      exit: "done",
      json: {
        owner,
        isWritten: !flags.dryRun,
        modules: estate.modules.map(({ name, files: own, bindings }) => ({
          name: `${owner}/${name}`,
          files: own.map((file) => file.file),
          bindings: bindings.filter((each) => each.undecided === null).length,
          undecided: bindings.filter((each) => each.undecided !== null).length,
        })),
        naming: estate.naming,
        notes: estate.notes,
        files,
      },
      text: (style) =>
        renderProposal(
          { estate, files, isWritten: !flags.dryRun },
          { folder: relative(context.cwd, root) || ".", policy: hasPolicy ? policyFileName : null },
          style,
        ),
    };
  },
};

function ownerOf(given: string | undefined, root: string): string {
  const owner = given ?? wordOf(basename(root));
  if (parseModuleName(`${owner}/any`) !== null) return owner;
  throw new CommandFailure(
    "usage",
    `"${owner}" cannot own modules: expected a lower-case word such as acme or body-broker, with letters, digits and hyphens. Give one with --owner.`,
  );
}

/** Writes all of the files, or none when one of them is there already. */
async function writeFiles(
  root: string,
  files: readonly ProposedFile[],
  force: boolean,
  cwd: string,
): Promise<void> {
  if (!force) {
    const there: string[] = [];
    for (const { path } of files) {
      if ((await readIfThere(join(root, path))) !== null) there.push(join(root, path));
    }
    if (there.length > 0) {
      const names = there.map((path) => relative(cwd, path)).join(", ");
      throw new CommandFailure(
        "usage",
        `${names} is there already, and nothing was written. --dry-run prints what would be, and --force overwrites.`,
      );
    }
  }
  for (const { path, text } of files) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
}
