import { connect, type NatsConnection } from "@nats-io/transport-node";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type RunningNatsServer, startNatsServer } from "../../ci/testing/nats-server.ts";
import { type Folder, temporaryFolder } from "./testing/charter.ts";
import { charterInProcess as charter } from "./testing/in-process.ts";
import { npcPolicy, npcWorkspace } from "./testing/npc-workspace.ts";
import { type RunningRegistry, startRegistry } from "./testing/running-registry.ts";

let nats: RunningNatsServer;
let nc: NatsConnection;
let registry: RunningRegistry;
let workspace: Folder;

const run = (...args: string[]) =>
  charter(args, { cwd: workspace.path, env: { CHARTER_URL: registry.url } });
/** A table's lines, with one space between two columns. */
const lines = (text: string) => text.split("\n").map((line) => line.replace(/ {2,}/g, " "));

beforeAll(async () => {
  nats = await startNatsServer();
  nc = await connect({ servers: nats.url });
  const watch = { CHARTER_WATCH: `staging=${nats.url}`, CHARTER_WATCH_EVERY_MS: "500" };
  registry = await startRegistry(watch, npcPolicy);
  workspace = await temporaryFolder(npcWorkspace);
  expect(await run("module", "push", "--no-wait")).toMatchObject({ exitCode: 0 });
});
afterAll(async () => {
  await registry.stop();
  await nc.close();
  await nats.stop();
  await workspace.remove();
});

const npc = ["--uses", "bodybroker/npc@1.0.0"];

describe("charter deploy", () => {
  test("record says what runs, and which builds of the participant it ended", async () => {
    const first = await run("deploy", "record", "gateway@7", "--to", "prod", ...npc);
    expect(first).toEqual({
      exitCode: 0,
      stdout: "gateway@7 runs in prod and calls bodybroker/npc@1.0.0.\n",
      stderr: "",
    });
    const package1 = ["--uses", "bodybroker.npc.v1@1.0.0", "--role", "publishes"];
    const second = await run("deploy", "record", "gateway@8", "--to", "prod", ...package1);
    expect(second.stdout).toBe(
      "gateway@8 runs in prod and publishes bodybroker.npc.v1@1.0.0.\ngateway@7 ended there.\n",
    );
    const third = await run(
      "deploy",
      "record",
      "gateway@9",
      "--to",
      "prod",
      ...npc,
      "--keep-others",
    );
    expect(third.stdout).not.toContain("ended");
  });

  test("service list shows them, and end ends them once", async () => {
    expect(lines((await run("service", "list", "--environment", "prod")).stdout)).toEqual([
      "ENVIRONMENT PARTICIPANT BUILD ROLE RELEASE HOW NOTE",
      "prod gateway 8 publishes bodybroker/npc@1.0.0 recorded",
      "prod gateway 9 calls bodybroker/npc@1.0.0 recorded",
      "",
    ]);
    const ended = await run("deploy", "end", "gateway", "--in", "prod");
    expect(ended).toMatchObject({ exitCode: 0, stdout: "gateway ended in prod.\n" });
    const again = await run("deploy", "end", "gateway@9", "--in", "prod", "--format", "json");
    expect(JSON.parse(again.stdout)).toEqual({ formatVersion: 1, ended: 0 });
  });

  test.each([
    [["deploy", "record", "gateway", "--to", "prod", ...npc], 2, "names no build"],
    [["deploy", "record", "gate way@1", "--to", "prod", ...npc], 2, "gate way@1"],
    [
      ["deploy", "record", "gateway@1", "--to", "Prod", ...npc],
      2,
      '"Prod" must name an environment',
    ],
    [["deploy", "record", "gateway@1", ...npc], 2, "--to"],
    [["deploy", "record", "gateway@1", "--to", "prod"], 2, "--uses"],
    [["deploy", "record", "g@1", "--to", "prod", "--uses", "bodybroker/npc"], 2, "whole version"],
    [["deploy", "record", "g@1", "--to", "prod", ...npc, "--role", "eats"], 2, "subscribes"],
    [["deploy", "record", "g@1", "--to", "prod", "--uses", "acme/x@1.0.0"], 100, "acme/x@1.0.0"],
    [["deploy", "end", "a/b", "--in", "prod"], 2, "a/b"],
    [["service", "list", "--environment", "a b"], 2, "environment"],
  ])("%j ends with %i and says why", async (args, exitCode, text) => {
    const finished = await run(...args);
    expect(finished).toMatchObject({ exitCode, stdout: "" });
    expect(finished.stderr).toContain(text);
  });
});

describe("charter service list of a watched environment", () => {
  const list = () => run("service", "list", "--environment", "staging");

  test("names what is declared and does not run", async () => {
    await vi.waitFor(async () => {
      expect(lines((await list()).stdout)).toEqual([
        "Nothing is known to run.",
        "",
        "Declared but not running",
        "ENVIRONMENT SERVICE RELEASE SUBJECTS",
        "staging bodybroker.npc.v1.NpcBehaviorService bodybroker/npc@1.0.0 ai.npc.behavior.request.v1",
        "",
      ]);
    }, 30_000);
  });

  test("marks what runs otherwise than it is registered", async () => {
    const told = (digest: string) => ({
      "charter.module": "bodybroker/npc",
      "charter.version": "1.0.0",
      "charter.digest": digest,
      "charter.evidence": "mock",
    });
    const subject = "ai.npc.behavior.request.v1";
    const answers = [
      { id: "1", name: "by-hand", version: "1.1.0", endpoints: [{ subject }] },
      { id: "1", name: "else", endpoints: [{ subject: "a.b" }, { subject: "a.c" }] },
      { id: "1", name: "fork", version: "2", endpoints: [{ subject, metadata: told("sha256:1") }] },
    ];
    nc.subscribe("$SRV.INFO", {
      callback(_, message) {
        for (const each of answers) message.respond(JSON.stringify(each));
      },
    });
    await vi.waitFor(async () => {
      expect(lines((await list()).stdout)).toEqual([
        "ENVIRONMENT PARTICIPANT BUILD ROLE RELEASE HOW NOTE",
        "staging by-hand 1.1.0 serves bodybroker/npc@? observed ×1 tells no release",
        "staging else - serves a.b and 1 more observed ×1 not declared: no such subject",
        "staging fork 2 serves bodybroker/npc@1.0.0 observed ×1 built from other protos than the registered release; mock",
        "",
      ]);
    }, 30_000);
  });

  test("says which environment does not answer any more, and what was seen there", async () => {
    await nats.stop();
    await vi.waitFor(async () => {
      const { stdout } = await list();
      expect(stdout).toContain("staging cannot be seen wholly:");
      expect(stdout).toContain("It answered last at 2");
      expect(stdout).toContain("by-hand");
    }, 30_000);
  });
});
