import type { ContractUnderTest, OtherRelease } from "../runner/contract.ts";
import { compileTestdata } from "../testing/compile.ts";
import { contractOf } from "../testing/contracts.ts";

const folders = { "1.0.0": "depot/v1_0", "1.1.0": "depot/v1_1" } as const;
type DepotRelease = keyof typeof folders;

const compiled = new Map<DepotRelease, Promise<Uint8Array>>();

function descriptorsOf(semver: DepotRelease): Promise<Uint8Array> {
  const descriptors = compiled.get(semver) ?? compileTestdata(folders[semver]);
  compiled.set(semver, descriptors);
  return descriptors;
}

export const moved = "depot.parcel.moved.v1.{depot_id}";
export const sent = "depot.parcel.sent.v1";
export const send = "depot.send.v1";
export const find = "depot.find.v1";

/** The depot's contract as of 1.1.0, with only some of its subjects. */
export async function depotContract(...patterns: readonly string[]): Promise<ContractUnderTest> {
  return depotReleased("1.1.0", ...patterns);
}

/** As of a release. */
export async function depotReleased(
  semver: DepotRelease,
  ...patterns: readonly string[]
): Promise<ContractUnderTest> {
  const all = contractOf("example/depot", await descriptorsOf(semver), (file) =>
    file.startsWith("depot/"),
  );
  const bindings = all.bindings.filter((each) => patterns.includes(each.pattern));
  return { ...all, semver, bindings };
}

/** 1.0.0 for those that know it beside 1.1.0, or the other way round. */
export async function otherDepot(semver: DepotRelease): Promise<OtherRelease> {
  const age = semver === "1.0.0" ? "older" : "newer";
  return { semver, age, descriptors: await descriptorsOf(semver) };
}
