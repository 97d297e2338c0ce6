import { Option } from "commander";
import { ProblemError } from "../../api/client.ts";
import { type Context, collect } from "../command.ts";
import { commandFailureOf } from "../command-failure.ts";
import { readWorkspace, type Workspace } from "../workspace/workspace.ts";

/** The flags of the commands that offer a workspace to the registry. */
export interface ProposingFlags {
  readonly module?: readonly string[];
}

export const moduleOption = new Option(
  "-m, --module <name>",
  "only this module; may be given several times (default: all that buf.yaml names)",
).argParser(collect);

/** Reads the workspace that the arguments name, and says what was left out of it. */
export async function readProposed(
  context: Context,
  dir: string | undefined,
  flags: ProposingFlags,
): Promise<Workspace> {
  const workspace = await readWorkspace(context.cwd, dir, flags.module);
  for (const path of workspace.skipped) {
    context.warn(`warning: ${path} is a link to a place outside the workspace, and is left out`);
  }
  return workspace;
}

/** Does a call with a workspace's proposal, and gives the places of its failure local paths. */
export async function locating<T>(workspace: Workspace, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw error instanceof ProblemError ? commandFailureOf(error, workspace.locate) : error;
  }
}
