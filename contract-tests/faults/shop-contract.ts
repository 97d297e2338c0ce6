import type { ContractUnderTest } from "../runner/contract.ts";
import { compileTestdata } from "../testing/compile.ts";
import { contractOf } from "../testing/contracts.ts";

let compiled: Promise<Uint8Array> | undefined;

/** The shop's contract with nothing but its rpc `Order`, which `startShop` serves. */
export async function orderContract(): Promise<ContractUnderTest> {
  compiled ??= compileTestdata("shop");
  const all = contractOf("example/shop", await compiled, (file) => file.startsWith("shop/"));
  return { ...all, bindings: all.bindings.filter((each) => each.kind === "request") };
}
