import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Folder, temporaryFolder } from "./testing/charter.ts";
import { charterInProcess as charter } from "./testing/in-process.ts";
import { type RunningRegistry, startRegistry } from "./testing/running-registry.ts";

const token = "a-policy-token-of-a-test";
let registry: RunningRegistry;
let folder: Folder;

beforeAll(async () => {
  registry = await startRegistry({ CHARTER_TOKEN: token });
  folder = await temporaryFolder({
    "policy.yaml":
      "rules:\n  - {modules: acme/legacy, block: [json]}\nsubjects:\n  acme: {roots: [shop]}\n",
    "unknown-rule.yaml": "rules: [{modules: '*', block: [wire], allow: [FIELD_NO_DELET]}]\n",
    "unknown-tier.yaml": "rules: [{modules: '*', block: [wires]}]\n",
    "no-yaml.yaml": "rules: [",
    "list.yaml": "- rules\n",
    "owners.json": '{"owners": {"*": ["platform"]}}',
  });
});
afterAll(async () => {
  await registry.stop();
  await folder.remove();
});

const run = (...args: string[]) =>
  charter(["policy", ...args], {
    cwd: folder.path,
    env: { CHARTER_URL: registry.url, CHARTER_TOKEN: token },
  });

describe("charter policy", () => {
  test("set --dry-run shows what would change against what holds, and sets nothing", async () => {
    expect(await run("set", "policy.yaml", "--dry-run")).toEqual({
      exitCode: 0,
      stdout: `  rules:
+   - modules: acme/legacy
+     block: [json]
    - modules: "*"
      stability: [beta, alpha, test]
  …
      grammars:
        - <root>.<domain>[.<service>].<operation…>.v<major>[.{id}…]
+   acme:
+     roots: [shop]
  owners: {}

warning: rules[0].block: it has json and not wire, which breaks more

Policy 0 still holds; --dry-run sets nothing.
`,
      stderr: "",
    });
    expect((await run("show")).stdout).toContain("# Policy 0 of ");
  });

  test("set, show and list go round: what show prints is what holds, and is not set again", async () => {
    const set = await run("set", "policy.yaml", "--reason", "the old shop ends", "--expect", "0");
    expect(set).toMatchObject({ exitCode: 0, stderr: "" });
    expect(set.stdout).toMatch(/\n\nPolicy 1 is set, and judges from now on\.\n$/);

    const { stdout: shown } = await run("show");
    expect(shown).toMatch(/^# Policy 1 of http:\S+, set 20\S+Z: the old shop ends\n#\n# MODULES /);
    const { stdout: json } = await run("show", "--format", "json");
    await folder.write({ "shown.yaml": shown, "shown.json": json });
    for (const file of ["shown.yaml", "shown.json"]) {
      expect((await run("set", file, "--reason", "again")).stdout).toContain(
        "Policy 1 says this already; nothing was set.\n",
      );
    }
    const list = await run("list");
    expect(list.stdout).toMatch(
      /^VERSION {2}SET {23}REASON\n1 {8}20\S+Z {2}the old shop ends\n0 {8}- {25}built in\n$/,
    );
    expect((await run("show", "0")).stdout).toContain("which nobody has set");
  });

  test("set answers with JSON, and takes JSON", async () => {
    const { version } = JSON.parse((await run("show", "--format", "json")).stdout);
    const set = await run("set", "owners.json", "--reason", "owned", "--format", "json");
    expect(JSON.parse(set.stdout)).toEqual({
      formatVersion: 1,
      version: version + 1,
      isSet: true,
      policy: { rules: [], subjects: {}, owners: { "*": ["platform"] } },
      warnings: [],
      outside: [],
    });
  });

  test.each<[readonly string[], number, string]>([
    [["set", "policy.yaml"], 2, 'Give the reason: --reason "…"'],
    [["set", "gone.yaml", "--reason", "x"], 2, "There is no file gone.yaml."],
    [["set", "no-yaml.yaml", "--reason", "x"], 2, "no-yaml.yaml is no valid YAML."],
    [["set", "list.yaml", "--reason", "x"], 2, "list.yaml must hold a policy of `rules`"],
    [["set", "unknown-tier.yaml", "--reason", "x"], 2, "/rules/0/block/0"],
    [["set", "unknown-rule.yaml", "--dry-run"], 2, "the nearest are FIELD_NO_DELETE"],
    [["set", "policy.yaml", "--reason", "x", "--expect", "99"], 100, "and --expect names 99"],
    [["set", "policy.yaml", "--reason", "x", "--expect", "one"], 2, '"one" is no version'],
    [["show", "4711"], 100, "There is no version 4711 of the policy"],
    [["show", "newest"], 2, '"newest" is no version of the policy'],
  ])("%j ends with %d and says %j", async (args, exitCode, message) => {
    const result = await run(...args);
    expect(result).toMatchObject({ exitCode, stdout: "" });
    expect(result.stderr).toContain(message);
  });

  test("set without the token ends with 4 and says what to set", async () => {
    const result = await charter(["policy", "set", "policy.yaml", "--reason", "x"], {
      cwd: folder.path,
      env: { CHARTER_URL: registry.url },
    });
    expect(result).toMatchObject({ exitCode: 4, stdout: "" });
    expect(result.stderr).toContain("CHARTER_TOKEN");
  });
});
