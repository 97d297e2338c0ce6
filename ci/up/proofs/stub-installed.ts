import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Estate } from "../proof.ts";

const run = promisify(execFile);
const installMs = 180_000;

const esm = `import { connect } from "@nats-io/transport-node";
import { createClient } from "@charter-nats/runtime";
import { NpcBehaviorServiceContract } from "@bodybroker/npc/v1";

const nc = await connect({ servers: process.env["NATS_URL"] ?? "" });
const npc = createClient(NpcBehaviorServiceContract, nc);
const plan = await npc.plan(
  { meta: { requestId: "proof-1" }, npcId: "npc-7", situation: { position: {} } },
  { deadlineMs: 5000 },
);
const planId: string = plan.planId;
console.log(planId, plan.actions.length);
await nc.close();
`;

const cjs = esm
  .replace(/^import (\{.*\}) from (".*");$/gm, "const $1 = require($2);")
  .replace("\nconst nc", "\n(async () => {\nconst nc")
  .concat("})();\n");

/**
 * Installs a stub package in a new project outside of the clone with npm alone, type-checks a
 * strict consumer, and calls the live service from ES modules and from CommonJS.
 */
export async function proveStubInstalled(estate: Estate) {
  const folder = await mkdtemp(join(tmpdir(), "charter-consumer-"));
  try {
    await writeProject(folder, estate);
    const packages = ["@bodybroker/npc", "@charter-nats/runtime", "@nats-io/transport-node@3.4.0"];
    await run("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error", ...packages], {
      cwd: folder,
      timeout: installMs,
      signal: estate.signal,
    });
    const env = { ...process.env, NATS_URL: estate.nats };
    let count = 0;
    await run(process.execPath, [join(estate.root, "node_modules/typescript/bin/tsc"), "-p", "."], {
      cwd: folder,
    });
    count++;
    for (const entry of ["plan.mjs", "plan.cjs"]) {
      const { stdout } = await run(process.execPath, [entry], {
        cwd: folder,
        env,
        timeout: 30_000,
        signal: estate.signal,
      });
      if (!/^\S+ \d+\n$/.test(stdout))
        throw new Error(`${entry} printed ${JSON.stringify(stdout)}`);
      count++;
    }
    return {
      count,
      ok: true,
      detail:
        "uses of @bodybroker/npc in a project outside: strict types, an ES module call, a CommonJS call",
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function writeProject(folder: string, estate: Estate): Promise<void> {
  const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
  const compilerOptions = {
    target: "es2023",
    lib: ["es2023"],
    types: [],
    module: "nodenext",
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    noEmit: true,
    skipLibCheck: true,
  };
  await mkdir(join(folder, "src"));
  await writeFile(
    join(folder, "package.json"),
    json({ name: "consumer", private: true, type: "module" }),
  );
  await writeFile(join(folder, ".npmrc"), `registry=${estate.npm}\n`);
  await writeFile(join(folder, "tsconfig.json"), json({ compilerOptions, include: ["src"] }));
  const globals =
    "declare const process: { readonly env: Record<string, string | undefined> };\ndeclare const console: { log(...all: unknown[]): void };\n";
  await writeFile(join(folder, "src/globals.d.ts"), globals);
  await writeFile(join(folder, "src/plan.ts"), esm);
  await writeFile(join(folder, "plan.mjs"), esm.replace("const planId: string", "const planId"));
  await writeFile(join(folder, "plan.cjs"), cjs.replace("const planId: string", "const planId"));
}
