import { compare, major } from "semver";
import type { ContractUnderTest } from "../runner/contract.ts";

/** A stub package of another release. */
export interface InstalledRelease {
  /** As it is installed. */
  readonly name: string;
  readonly contract: ContractUnderTest;
}

/**
 * The contracts of stub packages, each with the other releases of its module that are installed.
 * Throws for a release of no contract, of another major, or that is the one under test.
 */
export function withOtherReleases(
  contracts: readonly ContractUnderTest[],
  installed: readonly InstalledRelease[],
): readonly ContractUnderTest[] {
  for (const each of installed) checkThatItFits(each, contracts);
  return contracts.map((contract) => {
    const ofModule = installed.filter((each) => each.contract.module === contract.module);
    if (ofModule.length === 0) return { ...contract, leftOut: [nothingKnown(contract)] };
    const others = ofModule
      .map(({ contract: { semver, descriptors } }) => {
        const age = compare(semver, contract.semver) < 0 ? ("older" as const) : ("newer" as const);
        return { semver, age, descriptors };
      })
      .sort((a, b) => compare(a.semver, b.semver));
    return { ...contract, others };
  });
}

function nothingKnown({ module }: ContractUnderTest): string {
  return `no other release of ${module} is known here: install those that are in use under names of their own, and name them in \`otherReleases\``;
}

function checkThatItFits(
  { name, contract: { module, semver } }: InstalledRelease,
  contracts: readonly ContractUnderTest[],
): void {
  const what = `${name} in \`otherReleases\` is ${module} ${semver}`;
  const tested = contracts.find((each) => each.module === module);
  if (tested === undefined) {
    throw new Error(
      `${what}, and no package in \`stubs\` is of ${module}: name one, or take it out.`,
    );
  }
  if (semver === tested.semver) {
    throw new Error(
      `${what}, which is the release under test: install another one under that name, such as ${name}@npm:<package>@<version>.`,
    );
  }
  if (major(semver) !== major(tested.semver)) {
    throw new Error(
      `${what}, and ${tested.semver} is tested: messages of another major may be refused. Name releases of major ${major(tested.semver)}.`,
    );
  }
}
