import { readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import type { UsageFile } from "../../../contract-tests/clients/usage.ts";
import type { Context } from "../command.ts";
import { CommandFailure } from "../command-failure.ts";

/** @throws CommandFailure usage, for what stubs have not written */
export async function readUsageFile({ cwd }: Context, path: string): Promise<UsageFile> {
  const { mostUsageBytes, parseUsage } = await import("../../../contract-tests/clients/usage.ts");
  const refused = (problem: string, cause?: unknown) =>
    new CommandFailure(
      "usage",
      `${path} is no usage file: ${problem}. Stubs write such files where CHARTER_RECORD_USE says.`,
      { cause },
    );
  let text: string;
  try {
    const { size } = await stat(resolve(cwd, path));
    if (size > mostUsageBytes) throw refused(`it has ${size} bytes; ${mostUsageBytes} is the most`);
    text = await readFile(resolve(cwd, path), "utf8");
  } catch (cause) {
    if (cause instanceof CommandFailure) throw cause;
    throw refused(`it cannot be read (${cause instanceof Error ? cause.message : cause})`, cause);
  }
  const parsed = parseUsage(text);
  if (!parsed.ok) throw refused(parsed.problem);
  return parsed.file;
}
