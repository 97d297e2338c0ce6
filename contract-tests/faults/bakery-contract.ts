import type { ContractUnderTest, OtherRelease } from "../runner/contract.ts";
import { compileTestdata } from "../testing/compile.ts";
import { contractOf } from "../testing/contracts.ts";

export type BakeryRelease = "1.0.0" | "1.1.0" | "1.2.0";

const compiled = new Map<BakeryRelease, Promise<Uint8Array>>();

function descriptorsOf(semver: BakeryRelease): Promise<Uint8Array> {
  const folder = `bakery/v${semver.replace(/\.0$/, "").replace(".", "_")}`;
  const descriptors = compiled.get(semver) ?? compileTestdata(folder);
  compiled.set(semver, descriptors);
  return descriptors;
}

/** The bakery's contract as of a release, which knows others of its major. */
export async function bakeryContract(
  semver: BakeryRelease = "1.1.0",
  others: Readonly<Partial<Record<BakeryRelease, OtherRelease["age"]>>> = { "1.0.0": "older" },
): Promise<ContractUnderTest> {
  const known = await Promise.all(
    (Object.entries(others) as [BakeryRelease, OtherRelease["age"]][]).map(
      async ([other, age]): Promise<OtherRelease> => ({
        semver: other,
        age,
        descriptors: await descriptorsOf(other),
      }),
    ),
  );
  const isOfModule = (file: string) => file.startsWith("bakery/");
  return {
    ...contractOf("example/bakery", await descriptorsOf(semver), isOfModule),
    semver,
    others: known,
  };
}
