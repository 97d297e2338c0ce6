import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";

const detach = JSON.stringify(join(import.meta.dirname, "detach.ts"));
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "charter-detach-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs a parent that detaches a script, and reads its streams to their end. */
async function runDetached(script: string) {
  const child = join(folder, "child.ts");
  const parent = join(folder, "parent.ts");
  await writeFile(child, `import { sayReady, screenOfThisProcess } from ${detach};\n${script}`);
  await writeFile(
    parent,
    `import { startDetached } from ${detach};
    process.exitCode = await startDetached(${JSON.stringify(child)}, ${JSON.stringify(folder)});`,
  );
  return promisify(execFile)(process.execPath, [parent]);
}

it("startDetached shows the script's screen, returns when it is ready, and holds no stream", async () => {
  const { stdout, stderr } = await runDetached(`
    const { out, err } = screenOfThisProcess();
    err.write("starting\\n");
    out.write("pid " + process.pid + "\\n");
    sayReady();
    setInterval(() => {}, 1e6);
  `);
  expect(stderr).toBe("starting\n");
  // That both streams ended, while the process runs, is what a pipeline waits for.
  const pid = Number(/^pid (\d+)\n$/.exec(stdout)?.[1]);
  process.kill(pid, "SIGKILL");
  expect(await readFile(join(folder, "up.log"), "utf8")).toContain(`pid ${pid}`);
});

it("startDetached ends with the script's exit code when it is never ready", async () => {
  const failing = runDetached(
    'screenOfThisProcess().err.write("no port\\n"); process.exitCode = 3;',
  );
  await expect(failing).rejects.toMatchObject({ code: 3, stderr: "no port\n" });
});
