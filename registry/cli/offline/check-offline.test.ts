import { execFile } from "node:child_process";
import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Folder, temporaryFolder } from "../testing/charter.ts";
import { charterInProcess } from "../testing/in-process.ts";
import { npcProto, npcWorkspace } from "../testing/npc-workspace.ts";

const metaProto = "proto/bodybroker/common/v1/meta.proto";
const npc = npcWorkspace[npcProto];
let repository: Folder;
let others: Folder[];

/** A repository whose workspace is in a folder of its own, with one commit on `main`. */
beforeEach(async () => {
  others = [];
  repository = await temporaryFolder(
    Object.fromEntries(
      Object.entries(npcWorkspace).map(([path, text]) => [`contracts/${path}`, text]),
    ),
  );
  await git("init", "--quiet", "--initial-branch", "main");
  await commit();
});
afterEach(async () => {
  for (const folder of [repository, ...others]) await folder.remove();
});

async function git(...args: string[]) {
  const identity = ["-c", "user.name=t", "-c", "user.email=t@example.com"];
  await promisify(execFile)("git", ["-C", repository.path, ...identity, ...args]);
}

async function commit() {
  await git("add", "--all");
  await git("commit", "--quiet", "--message", "A state");
}

const write = (files: Record<string, string>) =>
  repository.write(
    Object.fromEntries(Object.entries(files).map(([path, text]) => [`contracts/${path}`, text])),
  );

/** No registry listens there, and none is needed. */
const nowhere = { CHARTER_URL: "http://127.0.0.1:1", PATH: process.env.PATH ?? "" };
const cwd = () => join(repository.path, "contracts");
const check = (against: string, ...args: string[]) =>
  charterInProcess(["module", "check", `--against=${against}`, ...args], {
    cwd: cwd(),
    env: nowhere,
  });

/** The report of a check as JSON. */
async function reportOf(against: string, ...args: string[]) {
  const { stdout, exitCode } = await check(against, "--format", "json", ...args);
  return { exitCode, report: JSON.parse(stdout) };
}

describe("module check --against a git ref", () => {
  test("prints findings, what was not looked at, and ends with 100", async () => {
    await write({ [npcProto]: npc.replace("string npc_id = 2;", "int32 npc_id = 2;") });
    const { stdout, stderr, exitCode } = await check("main");
    expect({ stderr, exitCode }).toEqual({ stderr: "", exitCode: 100 });
    await expect(stdout).toMatchFileSnapshot("../testdata/check-offline.txt");
  });

  test.each([
    ["a branch", "main"],
    ["its full name", "refs/heads/main"],
    ["a tag", "v1"],
    ["a commit before", "HEAD~1"],
  ])("takes %s", async (_, ref) => {
    await git("tag", "v1");
    await git("checkout", "--quiet", "-b", "work");
    await write({ [npcProto]: npc.replace("  string npc_id = 2;\n", "") });
    await commit();
    const { exitCode, report } = await reportOf(ref);
    expect(exitCode).toBe(100);
    expect(report.modules).toMatchObject([
      { module: "bodybroker/common", verdict: "unchanged", semver: null },
      {
        module: "bodybroker/npc",
        verdict: "rejected",
        baselines: [{ semver: ref, reasons: [{ kind: "head" }] }],
        findings: [{ element: "bodybroker.npc.v1.PlanRequest.npc_id", breaks: [ref] }],
      },
    ]);
    expect(report).toMatchObject({ policyVersion: 0, partial: expect.stringContaining(ref) });
  });

  test("accepts what breaks nothing, and new modules, and ends with 0", async () => {
    await write({
      "buf.yaml": `${npcWorkspace["buf.yaml"]}  - path: new\n    name: h.test/acme/new\n`,
      "new/acme/new/v1/new.proto": 'syntax = "proto3"; package acme.new.v1; message New {}',
      [npcProto]: npc.replace("string npc_id = 2;", "string npc_id = 2; string more = 3;"),
    });
    const { exitCode, report } = await reportOf("main");
    expect(exitCode).toBe(0);
    expect(report.modules).toMatchObject([
      { module: "acme/new", verdict: "accepted", baselines: [] },
      { module: "bodybroker/common", verdict: "unchanged" },
      { module: "bodybroker/npc", verdict: "accepted", additions: [{ kind: "field" }] },
    ]);
  });

  test("deletes no module that is gone, and says which those are", async () => {
    await write({
      "buf.yaml": `version: v2\nmodules:\n  - path: proto\n    name: h.test/bodybroker/common\n    includes: [proto/bodybroker/common]\n`,
    });
    const { exitCode, report } = await reportOf("main");
    expect(exitCode).toBe(0);
    expect(report.modules).toHaveLength(1);
    expect(report.partial).toContain("not in this workspace: bodybroker/npc. Leaving a module out");
    // A module that was only not chosen is there.
    const chosen = await reportOf("main", "--module", "bodybroker/common");
    expect(chosen.report.partial).toContain("bodybroker/npc");
  });

  test("names the places of a file that does not compile, and ends with 100", async () => {
    await write({ [npcProto]: npc.replace("string npc_id = 2;", "strin npc_id = 2;") });
    const { stderr, exitCode } = await check("main");
    expect(exitCode).toBe(100);
    expect(stderr).toMatch(/^proto\/bodybroker\/npc\/v1\/npc\.proto:16:3: .*strin/m);
    expect(stderr).toContain("error: COMPILE_FAILED: ");
  });

  test("says that only a registry knows modules of other repositories", async () => {
    const other = 'import "acme/other/v1/other.proto";';
    await write({ [npcProto]: npc.replace("import ", `${other}\nimport `) });
    const { stderr, exitCode } = await check("main");
    expect(exitCode).toBe(100);
    expect(stderr).toContain(
      'npc.proto:4: "acme/other/v1/other.proto" is imported, and neither this workspace nor main has it.',
    );
    expect(stderr).toContain("leave out --against to ask the registry");
  });

  test("calls a ref that does not compile unusable, and ends with 2", async () => {
    await write({ [npcProto]: npc.replace("string npc_id = 2;", "strin npc_id = 2;") });
    await commit();
    await write({ [npcProto]: npc });
    const { stderr, exitCode } = await check("main");
    expect(exitCode).toBe(2);
    expect(stderr).toContain("Nothing can be compared with main: The protos do not compile");
  });

  test("takes every module for new where the ref has no buf.yaml", async () => {
    await git("checkout", "--quiet", "--orphan", "empty");
    await git("rm", "--quiet", "-r", "--cached", ".");
    await git("commit", "--quiet", "--allow-empty", "--message", "Nothing");
    const { exitCode, report } = await reportOf("empty");
    expect(exitCode).toBe(0);
    expect(report.partial).toContain("empty has no buf.yaml here, so every module is new.");
    expect(report.modules).toMatchObject([{ baselines: [] }, { baselines: [] }]);
  });

  test("follows links to files of the ref, and leaves out those that lead elsewhere", async () => {
    const folder = join(cwd(), "proto/bodybroker/npc/v1");
    const extra = (field: string) =>
      `syntax = "proto3"; package bodybroker.npc.v1; message Extra { ${field} }`;
    await write({ "shared/extra.proto": extra("string a = 1;") });
    await repository.write({ "outside.proto": extra("") });
    await symlink("../../../../shared/extra.proto", join(folder, "extra.proto"));
    await symlink("../../../../../outside.proto", join(folder, "outside.proto"));
    await commit();
    await write({ "shared/extra.proto": extra("int64 a = 1;") });
    const { stdout, stderr, exitCode } = await check("main");
    expect(stderr).toBe(
      "warning: proto/bodybroker/npc/v1/outside.proto is a link to a place outside the workspace, and is left out\n",
    );
    expect(stdout).toContain('on message "Extra" changed type');
    expect(exitCode).toBe(100);
  });

  test.each([
    ["a ref that is not there", "no-such-branch", "no branch, tag or commit"],
    ["an option", "--output=/tmp/x", "no branch, tag or commit"],
    ["a range", "main..HEAD", "no branch, tag or commit"],
    ["a file", "buf.yaml", "no branch, tag or commit"],
    ["what is a folder too", "proto", "is a folder and a git ref"],
    ["a folder without a buf.yaml", "./drafts", "There is no buf.yaml in ./drafts"],
  ])("refuses %s as wrong usage", async (_, name, message) => {
    await git("branch", "proto");
    const { stderr, exitCode } = await check(name);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(message);
  });
});

describe("module check --against a folder", () => {
  const loose = async () => {
    const folder = await temporaryFolder(npcWorkspace);
    others.push(folder);
    return folder;
  };

  test("compares two checkouts without any git", async () => {
    const [old, now] = [await loose(), await loose()];
    await now.write({ [metaProto]: npcWorkspace[metaProto].replace("request_id = 1", "id = 1") });
    const { stdout, exitCode } = await charterInProcess(
      ["module", "check", "--against", old.path],
      {
        cwd: now.path,
        env: nowhere,
      },
    );
    expect(exitCode).toBe(100);
    expect(stdout).toContain("FIELD_SAME_JSON_NAME (json)");
    expect(stdout).toContain(`rejected, 1 blocking finding against ${old.path}`);
    // The subjects of the other module, whose messages contain what changed.
    expect(stdout).toContain("subjects: ai.npc.behavior.request.v1 (request, bodybroker/npc)");
    expect(stdout).toContain("imported by: bodybroker/npc");
  });

  test("takes the bindings of a bindings.yaml on either side", async () => {
    const bare = npc
      .replace(/ {2}option \(charter\.nats\.v1\.service\) = .*\n/, "")
      .replace(/ \{\n {4}option \(charter\.nats\.v1\.request\).*\n {2}\}/, ";")
      .replace('import "charter/nats/v1/binding.proto";\n', "")
      .replace(/ {2}option \(charter\.nats\.v1\.event\)[\s\S]*?\};\n/, "");
    const bindings = (subject: string) => `services:
  bodybroker.npc.v1.NpcBehaviorService: {queue_group: q.npc}
requests:
  bodybroker.npc.v1.NpcBehaviorService.Plan: {subject: ${subject}}
`;
    const old = await loose();
    const now = await loose();
    const file = "proto/bodybroker/npc/bindings.yaml";
    await old.write({ [npcProto]: bare, [file]: bindings("ai.npc.plan.v1") });
    await now.write({ [npcProto]: bare, [file]: bindings("ai.npc.other.v1") });
    const { stdout, stderr, exitCode } = await charterInProcess(
      ["module", "check", "--against", old.path],
      {
        cwd: now.path,
        env: nowhere,
      },
    );
    expect(stderr).toBe("");
    expect(stdout).toContain("BINDING_SUBJECT_SAME (wire)");
    expect(exitCode).toBe(100);
  });
});

describe("the buf of module check --against", () => {
  test.each([
    ["that is not there", "/no/such/buf", "cannot be run"],
    ["that is relative", "bin/buf", "must be the whole path"],
    ["that is something else", process.execPath, "says that it is buf v"],
  ])("is not a BUF %s", async (_, buf, message) => {
    const { stderr, exitCode } = await charterInProcess(["module", "check", "--against", "main"], {
      cwd: cwd(),
      env: { ...nowhere, BUF: buf },
    });
    expect(exitCode).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr).toContain(buf);
  });
});
