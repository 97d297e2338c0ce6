import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startSuiteServer } from "./nats-server.ts";
import { suiteEnvironment } from "./settings.ts";
import { suiteContracts } from "./suite-contracts.ts";
import type { SuiteOptions } from "./suite-options.ts";

// The stubs of this repository's own modules are installed there.
const installed = join(import.meta.dirname, "..");
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "charter-suite-test-"));
  const other = join(folder, "node_modules/other");
  await mkdir(other, { recursive: true });
  await writeFile(join(other, "package.json"), "{}");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function contractsOf(options: Partial<SuiteOptions>, from = installed) {
  const all = { start: async () => undefined, ...options };
  return (await suiteContracts(all, suiteEnvironment({}), from)).tested;
}

describe("suiteContracts", () => {
  it("reads a contract out of a stub package, without what it imports", async () => {
    const [npc] = await contractsOf({ stubs: ["@bodybroker/npc"] });
    expect(npc).toMatchObject({ module: "bodybroker/npc", semver: "0.0.0", others: [] });
    expect(npc?.leftOut).toEqual([
      expect.stringContaining("no other release of bodybroker/npc is known here"),
    ]);
    expect(npc?.bindings.map((each) => each.pattern)).toEqual([
      "ai.npc.behavior.request.v1",
      "ai.npc.behavior.planned.v1.{npc_id}",
    ]);
  });

  it("narrows contracts to subjects", async () => {
    const subjects = ["ai.npc.behavior.request.v1"];
    const contracts = await contractsOf({ stubs: ["@bodybroker/npc"], subjects });
    expect(contracts.flatMap((each) => each.bindings.map(({ kind }) => kind))).toEqual(["request"]);
  });

  it.each<[Partial<SuiteOptions>, string]>([
    [{}, "A contract suite needs contracts: name stub packages in `stubs`"],
    [{ stubs: ["@bodybroker/gone"] }, "Install it: npm install @bodybroker/gone"],
    [{ stubs: ["other"] }, "other is no stub package of this Charter"],
    [{ modules: ["acme/shop"] }, "give its address in `registry` or in CHARTER_URL"],
  ])("says what is missing in %j", async (options, message) => {
    await expect(contractsOf(options, folder)).rejects.toThrow(message);
  });

  it("names the subjects that are near to an unknown one", async () => {
    const options = { stubs: ["@bodybroker/npc"], subjects: ["ai.npc.behaviour.request.v1"] };
    await expect(contractsOf(options)).rejects.toThrow("the nearest: ai.npc.behavior.request.v1");
  });
});

describe("startSuiteServer", () => {
  it("says where to get a server that is not there", async () => {
    await expect(startSuiteServer("no-such-server")).rejects.toThrow(
      "no-such-server cannot be started (ENOENT). Install nats-server, name it in NATS_SERVER",
    );
  });

  it("shows what a program printed that is no server", async () => {
    await expect(startSuiteServer(process.execPath)).rejects.toThrow(
      /ended with code \d+; it printed:/,
    );
  });
});
