import { BufError } from "../../buf/buf-error.ts";
import { builtInFiles } from "../../buf/built-in-files.ts";
import { createBufCompiler } from "../../buf/compiler.ts";
import { findBuf } from "../../buf/find-buf.ts";
import { RegistryFailure } from "../../core/failure.ts";
import { builtInPolicy, type PolicyVersion } from "../../core/policy/policy.ts";
import type { CheckPorts } from "../../server/jobs/check-proposal.ts";
import { linkedReleases } from "../../server/jobs/linked-releases.ts";
import { registerProposal } from "../../server/jobs/register-proposal.ts";
import type { Context } from "../command.ts";
import { CommandFailure, type Locate } from "../command-failure.ts";
import { exitOfFailure } from "../exit-code.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { createMemoryStore } from "./memory-store.ts";

/** How subjects are named is the estate's to say; a check that cannot ask refuses none. */
const policy: PolicyVersion = {
  ...builtInPolicy,
  policy: { ...builtInPolicy.policy, subjects: { "*": { grammars: [] } } },
};

/**
 * What the registry's own jobs need to judge without a registry: buf of this machine, and a store
 * in memory.
 *
 * @param folder the folder of the buf.yaml, whose npm packages may have buf
 * @throws CommandFailure when there is no buf
 */
export async function localPorts(
  { env }: Pick<Context, "env">,
  folder: string,
): Promise<CheckPorts> {
  const store = createMemoryStore();
  const buf = await findBuf(env, [folder, import.meta.dirname]).catch(failureOfBuf);
  return {
    store,
    compiler: createBufCompiler(builtInFiles(), buf.path),
    releases: linkedReleases(store),
    policy: () => policy,
    clock: { now: () => new Date().toISOString() },
    generator: "none",
    newId: () => "local",
  };
}

/** Makes what a workspace holds the heads of a registry in memory. */
export async function keepAsHeads(
  ports: CheckPorts,
  { proposal }: Pick<Workspace, "proposal">,
): Promise<void> {
  await registerProposal({ ...ports, afterCommit: () => {} }, proposal.modules);
}

/**
 * Does what the registry's jobs do, and gives the places of a failure local paths.
 *
 * @param name what is compared with
 */
export async function judging<T>(name: string, locate: Locate, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof BufError) return failureOfBuf(error);
    if (!(error instanceof RegistryFailure)) throw error;
    const places = error.places.map((place) =>
      place.file === undefined ? place : { ...place, file: locate(place.module, place.file) },
    );
    const message =
      error.code === "IMPORT_NOT_REGISTERED" ? missingImport(error, name) : error.message;
    throw new CommandFailure(exitOfFailure[error.code], message, {
      places,
      code: error.code,
      cause: error,
    });
  }
}

function missingImport({ message }: RegistryFailure, name: string): string {
  const place = /^\S+: "[^"]*"/.exec(message)?.[0] ?? "A file";
  return `${place} is imported, and neither this workspace nor ${name} has it. Without a registry no other modules are known: leave out --against to ask the registry that has it, or mend the import.`;
}

function failureOfBuf(error: unknown): never {
  if (!(error instanceof BufError)) throw error;
  throw new CommandFailure("usage", error.message, { cause: error });
}
