import { join } from "node:path";
import { createRegistryClient } from "../../registry/api/client.ts";
import { charter } from "./charter-command.ts";
import type { Estate } from "./proof.ts";

/** Sets what the estate's protos need of the policy, unless somebody has set one on this data. */
export async function setPolicy(estate: Estate): Promise<string> {
  const { version } = await createRegistryClient({ url: estate.http }).policy();
  if (version > 0) return `version ${version} holds already`;
  const file = join(estate.root, "proto/policy.yaml");
  const reason = "the estate of this repository";
  const run = await charter(estate, ["policy", "set", file, "--reason", reason]);
  if (run.exitCode !== 0) throw new Error(`policy set ended with ${run.exitCode}: ${run.stderr}`);
  return "version 1";
}
