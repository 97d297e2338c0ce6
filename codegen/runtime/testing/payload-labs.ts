import { createCurve } from "@nats-io/nkeys";
import type { PayloadPolicy } from "../src/contract/contract.ts";
import { LabContract, RangContract } from "./lab.ts";

// The lab's contracts, with payloads that do not travel as they are.

/** The service under another policy, with time for a busy machine. */
export function labUnder(policy: PayloadPolicy): typeof LabContract {
  const { echo } = LabContract.methods;
  return { ...LabContract, methods: { echo: { ...echo, policy, deadlineMs: 20_000 } } };
}

/** The event under another policy. */
export function rangUnder(policy: PayloadPolicy): typeof RangContract {
  return { ...RangContract, policy };
}

export const plain: PayloadPolicy = { compression: null, encryption: null };
export const compressed: PayloadPolicy = { compression: "zstd", encryption: null };
export const secret: PayloadPolicy = { compression: null, encryption: "required" };
export const compressedSecret: PayloadPolicy = { compression: "zstd", encryption: "required" };

/** The seed of a new curve key: `SX…`. */
export function curveSeed(): string {
  return new TextDecoder().decode(createCurve().getSeed());
}
