import { createFileRegistry } from "@bufbuild/protobuf";
import pLimit from "p-limit";
import type { RegistryClient } from "../registry/api/client.ts";
import { readBindings } from "../registry/core/binding/read-bindings.ts";
import { readImage } from "../registry/core/revision/image.ts";
import { otherReleases } from "./other-releases.ts";
import type { ContractUnderTest, OtherRelease } from "./runner/contract.ts";

/** Takes the contracts of modules' heads from a registry; those of all modules without names. */
export async function loadContracts(
  registry: RegistryClient,
  modules: readonly string[] = [],
): Promise<readonly ContractUnderTest[]> {
  const names =
    modules.length > 0 ? modules : (await registry.modules()).map((module) => module.name);
  return loadReleases(
    registry,
    names.map((module) => ({ module, semver: "latest" })),
  );
}

/** A release by its name. @param semver `latest` for head */
export interface WantedRelease {
  readonly module: string;
  readonly semver: string;
}

/** Takes the contracts of releases, with the other releases of their majors that may be in use. */
export async function loadReleases(
  registry: RegistryClient,
  wanted: readonly WantedRelease[],
): Promise<readonly ContractUnderTest[]> {
  const { running } = await registry.services();
  return Promise.all(
    wanted.map((release) => {
      const deployed = running.filter(({ module }) => module === release.module);
      const semvers = deployed.flatMap(({ semver }) => (semver === null ? [] : [semver]));
      return loadRelease(registry, release, semvers);
    }),
  );
}

/** Takes the contract of one release. @param semver as of `WantedRelease` */
export async function loadContract(
  registry: RegistryClient,
  module: string,
  semver: string,
): Promise<ContractUnderTest> {
  const [contract] = await loadReleases(registry, [{ module, semver }]);
  return contract as ContractUnderTest;
}

/** Descriptors are large; a registry has other callers, too. */
const fetches = pLimit(8);

async function loadRelease(
  registry: RegistryClient,
  wanted: WantedRelease,
  deployed: readonly string[],
): Promise<ContractUnderTest> {
  const { module } = wanted;
  const { semver, digest, files } = await registry.release(module, wanted.semver);
  const { versions } = await registry.releases(module);
  const others = otherReleases(
    semver,
    versions.map((each) => each.semver),
    deployed,
  );
  // The version that came, since head may move between the calls.
  const [descriptors, ...rest] = await Promise.all(
    [semver, ...others.map((each) => each.semver)].map((each) =>
      fetches(() => registry.descriptors(module, each)),
    ),
  );
  const image = descriptors as Uint8Array;
  const { bindings } = readBindings(
    createFileRegistry(readImage(image)),
    files.map((file) => file.path),
  );
  return {
    module,
    semver,
    digest,
    bindings,
    descriptors: image,
    others: others.map(
      (each, i): OtherRelease => ({ ...each, descriptors: rest[i] as Uint8Array }),
    ),
  };
}
