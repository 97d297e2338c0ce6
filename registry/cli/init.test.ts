import { execFileSync } from "node:child_process";
import { cp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseBindingsFile } from "../core/bindings-file/parse-bindings-file.ts";
import { type Folder, temporaryFolder } from "./testing/charter.ts";
import { charterInProcess as charter } from "./testing/in-process.ts";
import { type RunningRegistry, startRegistry } from "./testing/running-registry.ts";

const foreign = join(import.meta.dirname, "testdata/foreign-estate");

/** Every file of a folder with its text. */
async function contentOf(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((each) => each.isFile());
  const pairs = files.map(async (each) => {
    const path = join(each.parentPath, each.name);
    return [path.slice(folder.length + 1), await readFile(path, "utf8")] as const;
  });
  return Object.fromEntries(await Promise.all(pairs));
}

describe("charter init on a folder of foreign protos", () => {
  let registry: RunningRegistry;
  let folder: Folder;
  let env: Record<string, string>;

  beforeAll(async () => {
    registry = await startRegistry();
    env = { CHARTER_URL: registry.url };
    folder = await temporaryFolder();
    await cp(foreign, folder.path, { recursive: true });
  });
  afterAll(async () => {
    await registry.stop();
    await folder.remove();
  });
  const run = (...args: readonly string[]) => charter(args, { cwd: folder.path, env });

  it("--dry-run prints every file and writes none", async () => {
    const before = await contentOf(folder.path);
    const { exitCode, stdout } = await run("init", "--owner", "ember", "--dry-run");
    expect(exitCode).toBe(0);
    for (const text of ["name: charter.localhost/ember/quest", "subject: svc.quest.v1.generate"]) {
      expect(stdout).toContain(text);
    }
    expect(await contentOf(folder.path)).toEqual(before);
  });

  it("writes modules, bindings and a policy, touches no .proto, and lists what it could not decide", async () => {
    const before = await contentOf(folder.path);
    const { exitCode, stdout, stderr } = await run("init", "--owner", "ember");
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    const after = await contentOf(folder.path);
    expect(after).toMatchObject(before);
    const added = Object.keys(after).filter((path) => !(path in before));
    expect(added).toEqual(
      expect.arrayContaining(["buf.yaml", "policy.yaml", "quest/bindings.yaml"]),
    );
    for (const path of added.filter((each) => each.endsWith("bindings.yaml"))) {
      expect(parseBindingsFile(after[path] ?? "")).toMatchObject({ ok: true });
    }
    for (const text of [
      "legacy/old_api.proto: it has no package",
      "third_party/google/protobuf/timestamp.proto: the registry supplies it",
      'auth/auth.proto:9: auth.AuthService.LoginWithCode: "svc.auth.v1.login" overlaps',
      'chat.moderation.MessageFlagged: "evt.chat.v1.flagged.*" has a wildcard',
      "chat.Chat.Voice: an rpc with a stream of requests cannot be bound",
      "guild.GuildService.Disband: no comment tells its subject",
      'mm.MatchMaking.Enqueue: no comment tells its subject; with its service\'s prefix it would be "svc.mm.v1.enqueue"',
      "auth.LoginReq.password",
      "no comment names the queue group",
    ]) {
      expect(stdout).toContain(text);
    }
  });

  it("overwrites nothing without --force", async () => {
    await writeFile(join(folder.path, "quest/bindings.yaml"), "# mine\n");
    const refused = await run("init", "--owner", "ember");
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain("quest/bindings.yaml");
    expect(await readFile(join(folder.path, "quest/bindings.yaml"), "utf8")).toBe("# mine\n");
    expect((await run("init", "--owner", "ember", "--force")).exitCode).toBe(0);
    expect(await readFile(join(folder.path, "quest/bindings.yaml"), "utf8")).toContain("svc.quest");
  });

  it("what it proposes compiles with buf, and pushes once the policy is set", async () => {
    const buf = join(import.meta.dirname, "../../node_modules/.bin/buf");
    execFileSync(buf, ["build"], { cwd: folder.path, stdio: "pipe" });
    expect(await run("policy", "set", "policy.yaml", "--reason", "what we have")).toMatchObject({
      exitCode: 0,
    });
    const pushed = await run("module", "push", "--no-wait");
    expect(pushed).toMatchObject({ exitCode: 0, stderr: "" });
    const resolved = await run(
      "subject",
      "resolve",
      "evt.quest.v1.finished.q-7",
      "--format",
      "json",
    );
    expect(JSON.parse(resolved.stdout)).toMatchObject({
      binding: {
        module: "ember/quest",
        messageType: "quest.QuestFinished",
        file: "bindings.yaml",
        stream: { name: "QUEST_EVENTS", maxAgeS: 604800 },
      },
    });
    const list = await run("subject", "list", "--format", "json");
    expect(JSON.parse(list.stdout).subjects.length).toBeGreaterThanOrEqual(20);
  });

  it("what is marked DECIDE becomes a binding when its # is taken away and its guess is right", async () => {
    const path = join(folder.path, "matchmaking/bindings.yaml");
    const text = await readFile(path, "utf8");
    const decided = text.replace(/^# (requests|services)[\s\S]*?(?=^events)/gm, (section) =>
      section.replace(/^# /gm, ""),
    );
    await writeFile(path, decided);
    expect(await run("module", "push", "--no-wait")).toMatchObject({ exitCode: 0 });
    const resolved = await run("subject", "resolve", "svc.mm.v1.enqueue");
    expect(resolved.exitCode).toBe(0);
    expect(resolved.stdout).toContain("q.mm");
    const event = await run("subject", "resolve", "evt.mm.v1.matched.t-1");
    expect(event.stdout).toContain("ticketId = t-1");
  });

  it("a mistake in a bindings.yaml is shown with the file's own path and line", async () => {
    const path = join(folder.path, "world/bindings.yaml");
    const text = await readFile(path, "utf8");
    await writeFile(path, text.replace("world.World.Locate", "world.World.Find"));
    const line = text.split("\n").findIndex((each) => each.includes("world.World.Locate")) + 1;
    const { exitCode, stderr } = await run("module", "check");
    expect(exitCode).toBe(100);
    expect(stderr).toContain(`world/bindings.yaml:${line}`);
    expect(stderr).toContain("the module has no such rpc; the nearest: world.World.Locate");
    await rm(path);
  });

  it("says what it needs where there is nothing to propose for", async () => {
    const empty = await temporaryFolder({ "readme.txt": "no protos" });
    const nothing = await charter(["init"], { cwd: empty.path, env });
    expect(nothing).toMatchObject({ exitCode: 2 });
    expect(nothing.stderr).toContain("There is no .proto file");
    const owner = await charter(["init", foreign, "--owner", "Ember Inc", "--dry-run"], {
      cwd: empty.path,
      env,
    });
    expect(owner.stderr).toContain('"Ember Inc" cannot own modules');
    await empty.remove();
  });
});
