import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { ContractSettings, FilePlace, SubjectSettings } from "../runner/settings.ts";
import { ContractFileError, type ContractFileProblem } from "./contract-file-error.ts";
import { limits } from "./limits.ts";
import { parseContractFile } from "./parse-contract-file.ts";

/**
 * Reads contract files, and puts together what they say. Rejects with a `ContractFileError` that has
 * everything that is wrong with any of them.
 *
 * @param folder where the paths begin; reports name the files as the paths do
 */
export async function readContractFiles(
  paths: readonly string[],
  folder: string,
): Promise<ContractSettings> {
  if (paths.length > limits.files) {
    const message = `${paths.length} contract files are too many: at most ${limits.files} are read`;
    throw new ContractFileError([{ file: paths[0] ?? "", line: 1, column: 1, message }]);
  }
  const problems: ContractFileProblem[] = [];
  const read: ContractSettings[] = [];
  for (const path of paths) {
    const text = await textOf(path, folder);
    const result = parseContractFile(path, text);
    if (result.ok) read.push(result.settings);
    else problems.push(...result.problems);
  }
  const subjects = new Map<string, SubjectSettings>();
  for (const [subject, settings] of read.flatMap((each) => [...each.subjects])) {
    const first = subjects.get(subject)?.place;
    if (first !== undefined) problems.push(repeated(subject, first, settings));
    else subjects.set(subject, settings);
  }
  if (problems.length > 0) throw new ContractFileError(problems);
  return {
    subjects,
    knownFailing: read.flatMap((each) => each.knownFailing),
    shadow: read.flatMap((each) => each.shadow ?? []),
  };
}

async function textOf(path: string, folder: string): Promise<string> {
  try {
    return await readFile(resolve(folder, path), "utf8");
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const message = `it cannot be read: ${reason}`;
    throw new ContractFileError([{ file: path, line: 1, column: 1, message }]);
  }
}

function repeated(
  subject: string,
  first: FilePlace,
  { place = first }: SubjectSettings,
): ContractFileProblem {
  const message = `${subject} is in ${first.file}:${first.line} already; keep one of the two`;
  return { ...place, message };
}
