import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CheckReport } from "../../../registry/core/gate/report.ts";
import { charter } from "../charter-command.ts";
import type { Estate } from "../proof.ts";

const file = "proto/bodybroker/npc/v1/npc.proto";

/** Deletes a field of a v1 message in a copy of the protos: the check and the server both refuse. */
export async function proveBreakRefused(estate: Estate) {
  const folder = await copyWithoutField(estate.root);
  try {
    const check = await charter(estate, ["module", "check", "--format", "json"], folder);
    const push = await charter(estate, ["module", "push", "--format", "json"], folder);
    for (const [name, { exitCode, stderr }] of Object.entries({ check, push })) {
      if (exitCode !== 100)
        throw new Error(`module ${name} ended with ${exitCode}, not 100: ${stderr}`);
    }
    const findings = findingsOf(check.stdout);
    return {
      count: findings.length,
      ok: findings.length > 0,
      detail: `finding for a deleted field (${findings[0]?.rule}), refused by the check and by the server`,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A copy of the clone's protos outside of it, without the field `world_state` of a v1 message. */
export async function copyWithoutField(root: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "charter-break-"));
  for (const each of ["buf.yaml", "proto"]) {
    await cp(join(root, each), join(folder, each), { recursive: true });
  }
  const text = await readFile(join(folder, file), "utf8");
  const broken = text.replace(/^ {2}WorldState world_state = \d+.*;\n/m, "");
  if (broken === text) throw new Error(`${file} has no field world_state to delete`);
  await writeFile(join(folder, file), broken);
  return folder;
}

function findingsOf(text: string) {
  const report = JSON.parse(text) as CheckReport;
  return report.modules.flatMap((module) => module.findings);
}
