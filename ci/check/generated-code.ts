import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runProgram } from "./run-program.ts";

/** Compares the generated code that is committed with what `ci/generate.ts` writes now. */
export async function compareGeneratedCode(root: string): Promise<string | null> {
  const folder = await mkdtemp(join(tmpdir(), "charter-generated-"));
  try {
    const { problem } = await runProgram(root, ["ci/generate.ts", folder]);
    if (problem !== null) return problem;
    const differing: string[] = [];
    for (const path of await filesBelow(folder)) {
      const committed = await readFile(join(root, path), "utf8").catch(() => null);
      if (committed !== (await readFile(join(folder, path), "utf8"))) differing.push(path);
    }
    if (differing.length === 0) return null;
    return `Not as ci/generate.ts writes it:\n  ${differing.join("\n  ")}\nRun: npm run generate`;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}
