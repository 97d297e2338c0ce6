import type { ContractUnderTest } from "../runner/contract.ts";
import { compileTestdata } from "../testing/compile.ts";
import { contractOf } from "../testing/contracts.ts";

let compiled: Promise<Uint8Array> | undefined;

/** The feed's contract with nothing but its rpc `Tell`, which `startFeed` serves. */
export async function tellContract(): Promise<ContractUnderTest> {
  compiled ??= compileTestdata("feed");
  const all = contractOf("example/feed", await compiled, (file) => file.startsWith("feed/"));
  return { ...all, bindings: all.bindings.filter(({ pattern }) => pattern === "feed.tell.v1") };
}
