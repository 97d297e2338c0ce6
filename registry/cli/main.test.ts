import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type RunningVerdaccio, startVerdaccio } from "../../ci/verdaccio.ts";
import { type Folder, temporaryFolder } from "./testing/charter.ts";
import { charterInProcess as charter } from "./testing/in-process.ts";
import { npcPolicy, npcProto, npcWorkspace } from "./testing/npc-workspace.ts";
import { type RunningRegistry, startRegistry } from "./testing/running-registry.ts";

const token = "a-write-token-of-a-test";
let npmData: Folder;
let npm: RunningVerdaccio;
let registry: RunningRegistry;
let workspace: Folder;
let env: Record<string, string>;

beforeAll(async () => {
  npmData = await temporaryFolder();
  npm = await startVerdaccio({ dataDir: npmData.path, port: 0, uplink: null });
  registry = await startRegistry(
    { CHARTER_TOKEN: token, CHARTER_NPM_URL: npm.url, CHARTER_NPM_TOKEN: npm.token },
    npcPolicy,
  );
  env = { CHARTER_URL: registry.url, CHARTER_TOKEN: token };
  workspace = await temporaryFolder(npcWorkspace);
});

afterAll(async () => {
  await registry.stop();
  await npm.stop();
  await workspace.remove();
  await npmData.remove();
});

const run = (...args: string[]) => charter(args, { cwd: workspace.path, env });
const npc = npcWorkspace[npcProto];

/** Runs with the npc's proto changed, and changes it back. */
async function withNpc<T>(change: (source: string) => string, call: () => Promise<T>): Promise<T> {
  await workspace.write({ [npcProto]: change(npc) });
  try {
    return await call();
  } finally {
    await workspace.write({ [npcProto]: npc });
  }
}

describe("charter before anything is registered", () => {
  test("module list and stubs list say that nothing is there, and end with 0", async () => {
    expect(await run("module", "list")).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining("No module is registered"),
    });
    expect(await run("stubs", "list", "--format", "json")).toMatchObject({
      exitCode: 0,
      stdout: '{\n  "formatVersion": 1,\n  "packages": []\n}\n',
    });
  });

  test("module check accepts new modules, leaves unnamed ones alone and registers nothing", async () => {
    expect(await run("module", "check")).toEqual({
      exitCode: 0,
      stdout: "bodybroker/common: accepted 1.0.0 new\nbodybroker/npc: accepted 1.0.0 new\n",
      stderr: "",
    });
    expect((await run("module", "list")).stdout).toContain("No module is registered");
  });

  test("module push without the token ends with 4 and says what to set", async () => {
    const result = await charter(["module", "push"], {
      cwd: workspace.path,
      env: { CHARTER_URL: registry.url },
    });
    expect(result).toMatchObject({ exitCode: 4, stdout: "" });
    expect(result.stderr).toContain("CHARTER_TOKEN");
  });
});

describe("charter with registered modules", () => {
  beforeAll(async () => {
    const pushed = await run("module", "push");
    expect(pushed).toMatchObject({ exitCode: 0, stderr: "" });
    expect(pushed.stdout).toBe(
      "bodybroker/common: accepted 1.0.0 new\nbodybroker/npc: accepted 1.0.0 new\n\n" +
        "@bodybroker/common@1.0.0 published\n@bodybroker/npc@1.0.0 published\n",
    );
  });

  beforeEach(() => workspace.write({ [npcProto]: npc }));

  test("module push published what stubs list says how to install", async () => {
    const { packages } = JSON.parse((await run("stubs", "list", "--format", "json")).stdout);
    expect(packages[1]).toMatchObject({
      name: "@bodybroker/npc",
      version: "1.0.0",
      state: "published",
      install: `npm install @bodybroker/npc@1.0.0 --@bodybroker:registry=${npm.url}`,
    });
    const packument = await fetch(new URL("@bodybroker%2fnpc", npm.url));
    expect(await packument.json()).toMatchObject({ "dist-tags": { latest: "1.0.0" } });
  });

  test("module push of what is registered is unchanged and ends with 0", async () => {
    expect(await run("module", "push")).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining("2 modules unchanged\n"),
    });
  });

  test("module check from a folder below finds the workspace and names files from there", async () => {
    const result = await withNpc(
      (source) => source.replace("string npc_id = 2;", "int64 npc_id = 2;"),
      () =>
        charter(["module", "check", "-m", "bodybroker/npc"], {
          cwd: `${workspace.path}/proto/bodybroker`,
          env,
        }),
    );
    expect(result).toMatchObject({ exitCode: 100, stderr: "" });
    expect(result.stdout).toMatch(/^npc\/v1\/npc\.proto:16:3: FIELD_\w+ \(wire\) /m);
    expect(result.stdout).toContain("    - ");
    expect(result.stdout).toContain("string npc_id = 2;");
    expect(result.stdout).toContain("ai.npc.behavior.request.v1 (request, bodybroker/npc)");
    expect(result.stdout).toMatch(/remedy: \S/);
    expect(result.stdout).toMatch(
      /bodybroker\/npc: rejected, 1 blocking finding against 1\.0\.0\n$/,
    );
  });

  test("module check as JSON is the report itself", async () => {
    const result = await withNpc(
      (source) => source.replace("string action = 1;", "string action = 1;\n  string why = 2;"),
      () => run("module", "check", "--format", "json", "--module", "bodybroker/npc"),
    );
    expect(result.exitCode).toBe(0);
    expect(JSON.parse(result.stdout)).toMatchObject({
      formatVersion: 1,
      verdict: "accepted",
      modules: [{ module: "bodybroker/npc", semver: "1.1.0", baselines: [{ semver: "1.0.0" }] }],
    });
  });

  test("module push of a break registers nothing, shows the report and ends with 100", async () => {
    const result = await withNpc(
      (source) => source.replace("behavior.request.v1", "behavior.ask.v1"),
      () => run("module", "push"),
    );
    expect(result).toMatchObject({ exitCode: 100, stderr: "" });
    expect(result.stdout).toContain("BINDING_SUBJECT");
    expect(result.stdout).toContain("bodybroker/npc: rejected");
    expect((await run("module", "show", "bodybroker/npc")).stdout).toContain("versions    1.0.0\n");
  });

  test("module check of protos that do not compile ends with 100 and shows the place", async () => {
    const result = await withNpc(
      (source) => source.replace("string action = 1;", "strin action = 1;"),
      () => run("module", "check"),
    );
    expect(result).toMatchObject({ exitCode: 100, stdout: "" });
    expect(result.stderr).toMatch(/^proto\/bodybroker\/npc\/v1\/npc\.proto:20:3: .*strin/m);
    expect(result.stderr).toContain("error: COMPILE_FAILED: ");
  });

  test("a failure as JSON stands on stdout too", async () => {
    const result = await withNpc(
      (source) => source.replace("string action = 1;", "strin action = 1;"),
      () => run("module", "check", "--format", "json"),
    );
    expect(JSON.parse(result.stdout)).toMatchObject({
      formatVersion: 1,
      error: {
        exitCode: 100,
        code: "COMPILE_FAILED",
        places: [{ file: npcProto, line: 20 }],
      },
    });
  });

  test("subject resolve shows the contract of a subject", async () => {
    const result = await run("subject", "resolve", "ai.npc.behavior.planned.v1.n-1");
    expect(result.exitCode).toBe(0);
    expect(result.stdout).toContain("parameters  npc_id = n-1\n");
    expect(result.stdout).toContain("module      bodybroker/npc@1.0.0\n");
  });

  test("subject resolve of an unknown subject ends with 100 and the nearest patterns", async () => {
    const result = await run(
      "subject",
      "resolve",
      "ai.npc.behaviour.request.v1",
      "--format",
      "json",
    );
    expect(result.exitCode).toBe(100);
    expect(JSON.parse(result.stdout).error.nearest[0]).toBe("ai.npc.behavior.request.v1");
    expect(result.stderr).toContain("Did you mean ai.npc.behavior.request.v1");
  });

  test("subject list filters by wildcard and kind", async () => {
    const patterns = async (...args: string[]) =>
      JSON.parse((await run("subject", "list", ...args, "--format", "json")).stdout).subjects.map(
        (each: { pattern: string }) => each.pattern,
      );
    expect(await patterns("ai.npc.>")).toHaveLength(2);
    expect(await patterns("--kind", "event")).toEqual(["ai.npc.behavior.planned.v1.{npc_id}"]);
    expect(await patterns("ai.world.>")).toEqual([]);
  });

  test("module show of a version that is not there ends with 100", async () => {
    expect(await run("module", "show", "bodybroker/npc@9.0.0")).toMatchObject({
      exitCode: 100,
      stderr: expect.stringContaining("head is 1.0.0"),
    });
  });

  test("stubs publish finds nothing to do and ends with 0", async () => {
    expect(await run("stubs", "publish")).toMatchObject({
      exitCode: 0,
      stdout: "Every stub package is published already.\n",
    });
  });
});

describe("charter with wrong usage ends with 2 and says what is right", () => {
  test.each([
    ["an unknown command", ["check"], "Did you mean `charter module check`?"],
    ["a mistyped verb", ["module", "chekc"], "Did you mean check?"],
    ["an unknown flag", ["module", "list", "--formt", "json"], "Did you mean --format?"],
    ["an unknown format", ["module", "list", "--format", "xml"], "Allowed choices are text, json"],
    ["an unknown baseline", ["module", "check", "--against", "main"], '"main" is no folder'],
    ["no command", [], "Usage: charter"],
    ["a noun alone", ["subject"], "Usage: charter subject"],
    ["a missing argument", ["subject", "resolve"], "missing required argument 'subject'"],
    ["too many arguments", ["module", "list", "x"], "too many arguments"],
    ["an unknown module", ["module", "check", "-m", "a/b"], "It names bodybroker/npc"],
    ["no buf.yaml", ["module", "check", "proto"], "There is no buf.yaml in proto"],
    ["a module's bad name", ["module", "show", "../../etc"], "must name a module such as"],
    ["a range as a version", ["module", "show", "a/b@^1"], "must be whole"],
    ["an unknown rule", ["explain", "FIELD_SAME_TYP"], "FIELD_SAME_TYPE"],
    ["an unknown law", ["explain", "r99"], 'There is no law "r99". The laws are R1, R2'],
    ["a bad subject", ["subject", "resolve", "a b"], "is no subject and no pattern"],
    ["a bad address", ["module", "list", "--url", "nowhere"], '--url gives "nowhere"'],
  ])("%s", async (_, args, message) => {
    const result = await run(...args);
    expect(result).toMatchObject({ exitCode: 2, stdout: "" });
    expect(result.stderr).toContain(message);
  });
});

describe("charter without a registry", () => {
  const away = { CHARTER_URL: "http://127.0.0.1:9" };

  test("ends with 4 and says where the address comes from", async () => {
    const result = await charter(["module", "list"], { cwd: workspace.path, env: away });
    expect(result).toMatchObject({ exitCode: 4, stdout: "" });
    expect(result.stderr).toContain("No registry answers at http://127.0.0.1:9.");
    expect(result.stderr).toContain("The address comes from CHARTER_URL.");
  });

  test("explain and --version and --help need none", async () => {
    const alone = (...args: string[]) => charter(args, { cwd: workspace.path, env: away });
    expect(await alone("explain", "field_same_type")).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(
        /^# FIELD_SAME_TYPE\n[\s\S]*\n## Example\n[\s\S]*\n## Remedy\n/,
      ),
    });
    expect(await alone("explain", "r2")).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^# R2: accepts every valid request\n[\s\S]*\n## Remedy\n/),
    });
    const { stdout } = await alone("explain");
    expect(stdout).toMatch(/^LAW +A SERVICE[\s\S]*\nR10 [\s\S]*\nRULE [\s\S]*\nFIELD_SAME_TYPE /);
    expect(await alone("--version")).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
    expect(await alone("module", "push", "--help")).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining("$ charter module push"),
    });
  });
});
