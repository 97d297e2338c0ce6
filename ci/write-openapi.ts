/**
 * Writes registry/api/openapi.json as the real server describes itself. A test compares the two.
 * `node ci/write-openapi.ts FOLDER` writes it below another folder, to compare.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";

const root = join(import.meta.dirname, "..");
const target = join(resolve(root, process.argv[2] ?? "."), "registry/api/openapi.json");
const dataDir = await mkdtemp(join(tmpdir(), "charter-openapi-"));
const server = spawn(process.execPath, [join(root, "registry/server/main.ts")], {
  env: { CHARTER_HTTP_PORT: "0", CHARTER_DATA: dataDir },
  stdio: ["ignore", "pipe", "inherit"],
});
try {
  const [line] = (await once(createInterface({ input: server.stdout }), "line")) as [string];
  const { http } = JSON.parse(line) as { http: string };
  const response = await fetch(`${http}/openapi.json`);
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, `${JSON.stringify(await response.json(), null, 2)}\n`);
} finally {
  server.kill("SIGTERM");
  await once(server, "exit");
  await rm(dataDir, { recursive: true, force: true });
}
