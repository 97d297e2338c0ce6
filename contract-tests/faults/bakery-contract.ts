import type { ContractUnderTest } from "../runner/contract.ts";
import { compileTestdata } from "../testing/compile.ts";
import { contractOf } from "../testing/contracts.ts";

let compiled: Promise<readonly [Uint8Array, Uint8Array]> | undefined;

/** The bakery's contract as of 1.1.0, which knows the release before it. */
export async function bakeryContract(): Promise<ContractUnderTest> {
  compiled ??= Promise.all([compileTestdata("bakery/v1_0"), compileTestdata("bakery/v1_1")]);
  const [older, current] = await compiled;
  return {
    ...contractOf("example/bakery", current, (file) => file.startsWith("bakery/")),
    semver: "1.1.0",
    others: [{ semver: "1.0.0", age: "older", descriptors: older }],
  };
}
