import { loadContracts, loadReleases } from "../../../contract-tests/load-contracts.ts";
import type { ContractUnderTest } from "../../../contract-tests/runner/contract.ts";
import type { Context } from "../command.ts";
import { parseModuleReference } from "./module-reference.ts";

/** Fetches the contracts of releases, as `<owner>/<name>[@<version>]`; of every module without any. */
export async function contractsUnderTest(
  context: Context,
  references: readonly string[],
): Promise<readonly ContractUnderTest[]> {
  const wanted = references.map(parseModuleReference);
  const registry = await context.registry();
  context.progress(`Fetching contracts from ${registry.url} …`);
  if (wanted.length === 0) return loadContracts(registry);
  return loadReleases(registry, wanted);
}
