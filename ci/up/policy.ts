import { join } from "node:path";
import { charter } from "./charter-command.ts";
import type { Estate } from "./proof.ts";

/** Sets what the estate's protos need of the policy; on data of an earlier run it holds already. */
export async function setPolicy(estate: Estate): Promise<string> {
  const file = join(estate.root, "proto/policy.yaml");
  const reason = "the estate of this repository";
  const run = await charter(estate, [
    "policy",
    "set",
    file,
    "--reason",
    reason,
    "--format",
    "json",
  ]);
  if (run.exitCode !== 0) throw new Error(`policy set ended with ${run.exitCode}: ${run.stderr}`);
  const { version, isSet } = JSON.parse(run.stdout) as { version: number; isSet: boolean };
  return isSet ? `version ${version}` : `version ${version} holds already`;
}
