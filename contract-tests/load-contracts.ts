import { createFileRegistry } from "@bufbuild/protobuf";
import type { RegistryClient } from "../registry/api/client.ts";
import { readBindings } from "../registry/core/binding/read-bindings.ts";
import { readImage } from "../registry/core/revision/image.ts";
import type { ContractUnderTest } from "./runner/contract.ts";

/** Takes the contracts of modules' heads from a registry; those of all modules without names. */
export async function loadContracts(
  registry: RegistryClient,
  modules: readonly string[] = [],
): Promise<readonly ContractUnderTest[]> {
  const names =
    modules.length > 0 ? modules : (await registry.modules()).map((module) => module.name);
  return Promise.all(names.map((name) => loadContract(registry, name, "latest")));
}

/** Takes the contract of one release. @param version a semver, or `latest` for head */
export async function loadContract(
  registry: RegistryClient,
  module: string,
  version: string,
): Promise<ContractUnderTest> {
  const { semver, digest, files } = await registry.release(module, version);
  // The version that came, since head may move between the two calls.
  const descriptors = await registry.descriptors(module, semver);
  const linked = createFileRegistry(readImage(descriptors));
  const { bindings } = readBindings(
    linked,
    files.map((file) => file.path),
  );
  return { module, semver, digest, bindings, descriptors, others: [] };
}
