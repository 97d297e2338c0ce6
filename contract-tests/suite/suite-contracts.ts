import { createRegistryClient } from "../../registry/api/client.ts";
import type { Binding } from "../../registry/core/binding/binding.ts";
import { nearestPatterns } from "../../registry/core/subject/nearest.ts";
import { loadReleases } from "../load-contracts.ts";
import type { ContractUnderTest } from "../runner/contract.ts";
import type { SuiteEnvironment } from "./settings.ts";
import { stubContract } from "./stub-contract.ts";
import type { SuiteOptions } from "./suite-options.ts";
import { withOtherReleases } from "./with-other-releases.ts";

export interface SuiteContracts {
  /** Narrowed to the subjects that were asked for. */
  readonly tested: readonly ContractUnderTest[];
  /** What the contracts and the packages in `beside` declare, whether it is tested or not. */
  readonly declared: readonly Binding[];
}

/** The contracts that a suite tests, and what else is declared. */
export async function suiteContracts(
  options: SuiteOptions,
  environment: SuiteEnvironment,
  folder: string,
): Promise<SuiteContracts> {
  const { stubs = [], modules = [], otherReleases = [], beside = [], subjects } = options;
  if (stubs.length + modules.length === 0) {
    throw new Error(
      "A contract suite needs contracts: name stub packages in `stubs`, or modules of a registry in `modules`.",
    );
  }
  const read = (names: readonly string[]) =>
    Promise.all(names.map(async (name) => ({ name, contract: await stubContract(name, folder) })));
  const ofStubs = (await read(stubs)).map(({ contract }) => contract);
  const all = [
    ...withOtherReleases(ofStubs, await read(otherReleases)),
    ...(modules.length === 0 ? [] : await registered(modules, options, environment)),
  ];
  const neighbours = (await read(beside)).map(({ contract }) => contract);
  const declared = [...all, ...neighbours].flatMap(({ bindings }) => bindings);
  return { tested: subjects === undefined ? all : narrowed(all, subjects), declared };
}

function registered(
  modules: readonly string[],
  { registry }: SuiteOptions,
  environment: SuiteEnvironment,
): Promise<readonly ContractUnderTest[]> {
  const url = registry ?? environment.registry;
  if (url === undefined || url === "") {
    throw new Error(
      "`modules` are fetched from a registry: give its address in `registry` or in CHARTER_URL.",
    );
  }
  const client = createRegistryClient({ url, token: environment.token });
  const wanted = modules.map((reference) => {
    const [module = "", semver = "latest"] = reference.split("@");
    return { module, semver };
  });
  return loadReleases(client, wanted);
}

function narrowed(
  contracts: readonly ContractUnderTest[],
  subjects: readonly string[],
): readonly ContractUnderTest[] {
  const declared = contracts.flatMap((each) => each.bindings.map(({ pattern }) => pattern));
  for (const subject of subjects) {
    if (declared.includes(subject)) continue;
    const nearest = nearestPatterns(subject, declared).join(", ");
    throw new Error(`No contract of the suite declares ${subject}; the nearest: ${nearest}`);
  }
  return contracts.map((contract) => ({
    ...contract,
    bindings: contract.bindings.filter(({ pattern }) => subjects.includes(pattern)),
  }));
}
