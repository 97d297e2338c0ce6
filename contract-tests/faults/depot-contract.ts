import type { ContractUnderTest } from "../runner/contract.ts";
import { compileTestdata } from "../testing/compile.ts";
import { contractOf } from "../testing/contracts.ts";

let compiled: Promise<Uint8Array> | undefined;

export const moved = "depot.parcel.moved.v1.{depot_id}";
export const sent = "depot.parcel.sent.v1";
export const send = "depot.send.v1";
export const find = "depot.find.v1";

/** The depot's contract with only some of its subjects. */
export async function depotContract(...patterns: readonly string[]): Promise<ContractUnderTest> {
  compiled ??= compileTestdata("depot");
  const all = contractOf("example/depot", await compiled, (file) => file.startsWith("depot/"));
  return { ...all, bindings: all.bindings.filter((each) => patterns.includes(each.pattern)) };
}
