import { createFileRegistry } from "@bufbuild/protobuf";
import pLimit from "p-limit";
import type { RegistryClient } from "../registry/api/client.ts";
import { readBindings } from "../registry/core/binding/read-bindings.ts";
import { groupBy } from "../registry/core/group-by.ts";
import { readImage } from "../registry/core/revision/image.ts";
import { otherReleases, pastReleases } from "./other-releases.ts";
import type { ContractUnderTest, OtherRelease } from "./runner/contract.ts";

/** A release by its name. @param semver `latest` for head */
export interface WantedRelease {
  readonly module: string;
  readonly semver: string;
}

/** The deployed versions of each module, whatever the environment. */
type Deployed = ReadonlyMap<string, readonly string[]>;

/**
 * Takes the contracts of modules' heads from a registry; those of all modules without names. Behind
 * them come those of older majors that are still deployed, with what the heads no longer bind.
 */
export async function loadContracts(
  registry: RegistryClient,
  modules: readonly string[] = [],
): Promise<readonly ContractUnderTest[]> {
  const names =
    modules.length > 0 ? modules : (await registry.modules()).map((module) => module.name);
  const deployed = await deployedReleases(registry);
  const heads = await Promise.all(
    names.map((module) => loadRelease(registry, { module, semver: "latest" }, deployed)),
  );
  const past = await Promise.all(heads.map((head) => loadPast(registry, head, deployed)));
  return [...heads, ...past.flat()];
}

/** Takes the contracts of releases, with the other releases of their majors that may be in use. */
export async function loadReleases(
  registry: RegistryClient,
  wanted: readonly WantedRelease[],
): Promise<readonly ContractUnderTest[]> {
  const deployed = await deployedReleases(registry);
  return Promise.all(wanted.map((release) => loadRelease(registry, release, deployed)));
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

async function deployedReleases(registry: RegistryClient): Promise<Deployed> {
  const { running } = await registry.services();
  const named = running.flatMap(({ module, semver }) =>
    module === null || semver === null ? [] : [{ module, semver }],
  );
  const groups = groupBy(named, ({ module }) => module);
  return new Map([...groups].map(([module, uses]) => [module, uses.map(({ semver }) => semver)]));
}

/** Descriptors are large; a registry has other callers, too. */
const fetches = pLimit(8);

async function loadRelease(
  registry: RegistryClient,
  wanted: WantedRelease,
  deployed: Deployed,
): Promise<ContractUnderTest> {
  const { module } = wanted;
  const inUse = deployed.get(module) ?? [];
  const { semver, digest, files } = await registry.release(module, wanted.semver);
  const { versions } = await registry.releases(module);
  const registered = versions.map((each) => each.semver);
  const others = otherReleases(semver, registered, inUse);
  // The version that came, since head may move between the calls.
  const [descriptors, ...rest] = await Promise.all(
    [semver, ...others.tried.map((each) => each.semver)].map((each) =>
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
    others: others.tried.map(
      (each, i): OtherRelease => ({ ...each, descriptors: rest[i] as Uint8Array }),
    ),
    leftOut:
      others.leftOut.length === 0
        ? []
        : [
            `${others.leftOut.length} older minors of ${module} are not tried, for there is no room for more than ${others.tried.length}: ${others.leftOut[0]} to ${others.leftOut.at(-1)}`,
          ],
  };
}

/**
 * The contracts of the older majors of a module that are deployed. A subject that head binds, too, is
 * head's: a new major is where an older one's messages may be refused.
 */
async function loadPast(
  registry: RegistryClient,
  head: ContractUnderTest,
  deployed: Deployed,
): Promise<readonly ContractUnderTest[]> {
  const { module } = head;
  const inUse = deployed.get(module) ?? [];
  if (inUse.length === 0) return [];
  // A service can name a release that was never registered: 0.0.0 is in the stubs of every clone.
  const { versions } = await registry.releases(module);
  const registered = inUse.filter((semver) => versions.some((each) => each.semver === semver));
  const taken = new Set(head.bindings.map(({ pattern }) => pattern));
  const past: ContractUnderTest[] = [];
  for (const semver of pastReleases(head.semver, registered)) {
    const contract = await loadRelease(registry, { module, semver }, deployed);
    const own = contract.bindings.filter(({ pattern }) => !taken.has(pattern));
    for (const { pattern } of own) taken.add(pattern);
    const [shared] = contract.bindings.filter((each) => !own.includes(each));
    const untried = `${module} ${semver} is deployed, of an older major than ${head.semver}: what it sends on the subjects that both bind is not tried, such as ${shared?.pattern}`;
    const leftOut = [...(contract.leftOut ?? []), ...(shared === undefined ? [] : [untried])];
    past.push({ ...contract, bindings: own, leftOut, isPast: true });
  }
  return past;
}
