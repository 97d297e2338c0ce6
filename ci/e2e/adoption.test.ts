import { execFile, execFileSync } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type RunningRegistry,
  startRegistry,
} from "../../registry/cli/testing/running-registry.ts";
import { publishOwnPackages } from "../up/own-packages.ts";
import { type RunningVerdaccio, startVerdaccio } from "../verdaccio.ts";
import { readPage } from "./page.ts";

const root = join(import.meta.dirname, "../..");
const foreign = join(root, "registry/cli/testdata/foreign-estate");
/** npm installs the command with all that it needs. */
const stepMs = 180_000;
let folder: string;
let npm: RunningVerdaccio;
let registry: RunningRegistry;

beforeAll(async () => {
  for (const build of ["codegen/runtime/build.mjs", "registry/cli/build.mjs"]) {
    execFileSync(process.execPath, [build], { cwd: root, stdio: "inherit" });
  }
  folder = await mkdtemp(join(tmpdir(), "charter-adoption-"));
  npm = await startVerdaccio({ dataDir: join(folder, "npm"), port: 0, scopes: ["ember"] });
  await publishOwnPackages(root, npm);
  registry = await startRegistry({ CHARTER_NPM_URL: npm.url, CHARTER_NPM_TOKEN: npm.token });
  await cp(foreign, join(folder, "home/protos"), { recursive: true });
}, stepMs);

afterAll(async () => {
  await registry?.stop();
  await npm?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** The page as it would be for the ports of this test. */
function here(text: string): string {
  return text
    .replaceAll("http://127.0.0.1:4873", npm.url.replace(/\/$/, ""))
    .replaceAll("http://127.0.0.1:4280", registry.url);
}

function run(command: string): Promise<{ exitCode: number; output: string }> {
  // The pinned Node: the shell of the machine may have an older one.
  const path = `${dirname(process.execPath)}:${process.env.PATH}`;
  const env = { PATH: path, HOME: folder, CHARTER_URL: registry.url, NO_COLOR: "1" };
  return new Promise((resolve) => {
    execFile(
      "bash",
      ["-c", command],
      { cwd: join(folder, "home"), env, timeout: stepMs },
      (error, stdout, stderr) =>
        resolve({
          exitCode: error === null ? 0 : Number(error.code ?? 1),
          output: `${stdout}${stderr}`,
        }),
    );
  });
}

describe("the adoption page", () => {
  const steps = readPage(join(root, "registry/docs/adoption.md"));

  test("has its steps", () => {
    expect(steps.filter((step) => step.kind === "command").length).toBeGreaterThanOrEqual(9);
    expect(steps.filter((step) => step.kind === "file").length).toBeGreaterThanOrEqual(2);
  });

  const titled = steps.map(
    (step) => [step.kind === "file" ? step.path : step.command, step] as const,
  );
  test.each(titled)("%s", { timeout: stepMs }, async (_, step) => {
    if (step.kind === "file") {
      const path = join(folder, "home", step.path);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, here(step.content));
      return;
    }
    const { exitCode, output } = await run(here(step.command));
    expect({ exitCode, output }).toMatchObject({ exitCode: 0 });
    const lines = output.split("\n").map((line) => line.trimEnd());
    for (const line of step.lines) expect(lines).toContain(here(line));
  });

  test("touches no .proto", async () => {
    for (const path of ["common.proto", "quest/quest_service.proto", "legacy/old_api.proto"]) {
      const [ours, theirs] = await Promise.all(
        [join(folder, "home/protos", path), join(foreign, path)].map((each) =>
          readFile(each, "utf8"),
        ),
      );
      expect(ours).toBe(theirs);
    }
  });
});
