import { Option } from "commander";
import type { ContractUnderTest } from "../../../contract-tests/runner/contract.ts";
import type { ContractSettings } from "../../../contract-tests/runner/settings.ts";
import { type Context, collect } from "../command.ts";
import { CommandFailure } from "../command-failure.ts";

/** The flag of commands that take contract files. */
export function contractFileOption(): Option {
  return new Option(
    "--file <path>",
    "a *.contract.yaml with examples, budgets and what is known to fail; may be given several times",
  ).argParser(collect);
}

/** Reads contract files. What is wrong with them is wrong usage, with file, line and column. */
export async function contractFiles(
  { cwd }: Pick<Context, "cwd">,
  paths: readonly string[] = [],
): Promise<ContractSettings> {
  const { readContractFiles } = await import(
    "../../../contract-tests/contract-file/read-contract-files.ts"
  );
  return orUsage(() => readContractFiles(paths, cwd));
}

/** Holds what contract files say against the contracts of a run; see `contractFiles`. */
export async function fitContractFiles(
  settings: ContractSettings,
  contracts: readonly ContractUnderTest[],
): Promise<void> {
  const { fitContracts } = await import("../../../contract-tests/contract-file/fit-contracts.ts");
  await orUsage(async () => fitContracts(settings, contracts));
}

async function orUsage<T>(work: () => Promise<T>): Promise<T> {
  const { ContractFileError } = await import(
    "../../../contract-tests/contract-file/contract-file-error.ts"
  );
  try {
    return await work();
  } catch (cause) {
    if (!(cause instanceof ContractFileError)) throw cause;
    throw new CommandFailure("usage", "The contract files cannot be used as they are.", {
      places: cause.problems,
      cause,
    });
  }
}
