import { execFile, execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { bufOfNpm } from "../buf/find-buf.ts";
import manifest from "./package.json" with { type: "json" };
import { temporaryFolder } from "./testing/charter.ts";
import { npcWorkspace } from "./testing/npc-workspace.ts";
import { suiteProject } from "./testing/suite-project.ts";

const root = join(import.meta.dirname, "../..");
const run = promisify(execFile);
let project: string;
let installed: string;

beforeAll(async () => {
  execFileSync(process.execPath, ["registry/cli/build.mjs"], { cwd: root, stdio: "inherit" });
  project = await mkdtemp(join(tmpdir(), "charter-cli-"));
  installed = join(project, "node_modules/@charter-nats/cli");
  await mkdir(installed, { recursive: true });
  for (const name of ["package.json", ...manifest.files]) {
    await cp(join(import.meta.dirname, name), join(installed, name), { recursive: true });
  }
  // Only what the package declares is there, so that a dependency that it forgets is missed here.
  for (const name of Object.keys(manifest.dependencies)) {
    const target = join(project, "node_modules", name);
    await mkdir(join(target, ".."), { recursive: true });
    await symlink(join(root, "node_modules", name), target);
  }
  await writeSuiteProject();
});
afterAll(() => rm(project, { recursive: true, force: true }));

/** The package promises more Node versions than the one that this repository runs on. */
function nodesOfTheMachine(): string[] {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const foreign = folders.filter((folder) => !folder.endsWith("node_modules/.bin"));
  return foreign.map((folder) => join(folder, "node")).filter((path) => existsSync(path));
}

it("the published package runs without the clone, on this Node and on the machine's", async () => {
  const bin = join(installed, manifest.bin.charter);
  const outside = { cwd: project, env: {} };
  for (const node of [process.execPath, ...nodesOfTheMachine()]) {
    const { stdout } = await run(node, [bin, "--version"], outside);
    expect(stdout).toBe(`${manifest.version}\n`);
  }
  const explained = await run(process.execPath, [bin, "explain", "FIELD_NO_DELETE"], outside);
  expect(explained.stdout).toContain("FIELD_NO_DELETE");
});

it("the published package ends with exit code 4 when no registry is there", async () => {
  const bin = join(installed, manifest.bin.charter);
  const env = { PATH: process.env.PATH, CHARTER_URL: "http://127.0.0.1:1" };
  await expect(
    run(process.execPath, [bin, "subject", "list"], { cwd: project, env }),
  ).rejects.toMatchObject({ code: 4 });
});

it("the published package judges a folder without a registry, with the buf that it is given", async () => {
  const bin = join(installed, manifest.bin.charter);
  const workspace = await temporaryFolder(npcWorkspace);
  const options = { cwd: workspace.path, env: { PATH: "" } };
  const args = [bin, "module", "check", "--against", "."];
  try {
    await expect(run(process.execPath, args, options)).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining("npm install --save-dev @bufbuild/buf"),
    });
    const buf = bufOfNpm(root)?.path;
    const env = { PATH: "", BUF: buf };
    const { stdout } = await run(process.execPath, args, { ...options, env });
    expect(stdout).toContain("2 modules unchanged");
  } finally {
    await workspace.remove();
  }
});

/** Makes the project a team's own, with vitest and a stub package beside the command. */
async function writeSuiteProject(): Promise<void> {
  const stubs = join(root, "contract-tests/node_modules/@bodybroker");
  await symlink(stubs, join(project, "node_modules/@bodybroker"));
  await symlink(join(root, "node_modules/vitest"), join(project, "node_modules/vitest"));
  for (const [name, text] of Object.entries(suiteProject)) {
    await writeFile(join(project, name), text);
  }
}

/** Runs one test file of the project, and gives vitest's own report. */
async function runSuite(file: string) {
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const env = { PATH: process.env.PATH, NATS_SERVER: process.env.NATS_SERVER ?? "nats-server" };
  const output = join(project, "report.json");
  const report = ["--reporter", "json", "--outputFile", output];
  const ended = run(process.execPath, [vitest, "run", "--root", project, file, ...report], {
    cwd: project,
    env,
  });
  // A failed test is a failed run, and the report says which.
  await ended.catch(() => {});
  const [{ assertionResults = [], message = "" } = {}] = JSON.parse(await readFile(output, "utf8"))
    .testResults as {
    readonly assertionResults?: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages: readonly string[];
    }[];
    readonly message?: string;
  }[];
  return { tests: assertionResults, message };
}

it("the published contract suite judges a team's service in its own vitest", async () => {
  const of = "bodybroker/npc 0.0.0 ai.npc.behavior.request.v1";
  const names = [
    `${of} R1 served in the declared queue group`,
    `${of} R2 accepts every valid request`,
    `${of} R3 rejects a request that breaks a rule`,
    `${of} X1 answers the examples as its contract file says`,
    "all subjects together D1 uses only declared subjects",
  ];
  const correct = await runSuite("correct.test.js");
  expect(correct.tests.map((each) => each.fullName)).toEqual(names);
  expect(correct.tests.map((each) => each.status)).toEqual(Array(5).fill("passed"));

  const faulty = await runSuite("faulty.test.js");
  const statuses = ["passed", "failed", "passed", "failed", "passed"];
  expect(faulty.tests.map((each) => each.status)).toEqual(statuses);
  const [smallest = ""] = faulty.tests[1]?.failureMessages ?? [];
  expect(smallest).toContain("came back  error 500");
  expect(smallest).toContain('"healthPercent":42');
  expect(faulty.tests[3]?.failureMessages[0]).toContain("npc.contract.yaml:5");

  const { message, tests } = await runSuite("server.test.js");
  expect(tests.map((each) => each.status)).not.toContain("passed");
  expect(message).toContain(
    "no-such-server cannot be started (ENOENT). Install nats-server, name it",
  );
});

it("the published contract suite has types", async () => {
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const flags = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2023"];
  const types = ["--skipLibCheck", "--types", ""];
  await expect(
    run(process.execPath, [tsc, ...flags, ...types, "use.ts"], { cwd: project }),
  ).resolves.toMatchObject({ stdout: "" });
});

it("the bundle holds no path of the machine that built it", async () => {
  expect(await readFile(join(installed, "dist/charter.js"), "utf8")).not.toContain(root);
});

it("bin/charter.js runs the sources in the clone, with arguments and exit code", async () => {
  const bin = join(import.meta.dirname, "bin/charter.js");
  const { stdout } = await run(bin, ["--version"]);
  expect(stdout).toBe(`${manifest.version}\n`);
  await expect(run(bin, ["subject", "no-such-verb"])).rejects.toMatchObject({ code: 2 });
});
