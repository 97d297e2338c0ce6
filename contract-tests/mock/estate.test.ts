import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { NatsConnection } from "@nats-io/nats-core";
import { connect } from "@nats-io/transport-node";
import { afterAll, beforeAll, expect, it } from "vitest";
import { parse } from "yaml";
import { type RunningNatsServer, startNatsServer } from "../../ci/testing/nats-server.ts";
import { createRegistryClient } from "../../registry/api/client.ts";
import { type Folder, temporaryFolder } from "../../registry/cli/testing/charter.ts";
import { charterInProcess } from "../../registry/cli/testing/in-process.ts";
import {
  type RunningRegistry,
  startRegistry,
} from "../../registry/cli/testing/running-registry.ts";
import { moduleNameOfBuf } from "../../registry/core/module-name.ts";
import { loadContracts } from "../load-contracts.ts";
import type { ContractUnderTest } from "../runner/contract.ts";
import type { RunReport } from "../runner/report.ts";
import { provideStreams } from "../testing/streams.ts";
import { startMock } from "./mock.ts";

/** Alone on two cores it takes a third of this; other test files run beside it. */
const longestMs = 180_000;

const root = join(import.meta.dirname, "../..");
let server: RunningNatsServer;
let quiet: RunningNatsServer;
let nc: NatsConnection;
let registry: RunningRegistry;
let folder: Folder;
let estate: readonly ContractUnderTest[];

beforeAll(async () => {
  [server, quiet, registry, folder] = await Promise.all([
    startNatsServer({ jetstream: true }),
    startNatsServer({ jetstream: true }),
    startRegistry(),
    temporaryFolder(),
  ]);
  for (const args of [
    ["policy", "set", join(root, "proto/policy.yaml"), "--reason", "for a test"],
    ["module", "push", root, "--no-wait", ...(await modulesOfEstate())],
  ]) {
    expect(await run(args)).toMatchObject({ exitCode: 0, stderr: "" });
  }
  estate = await loadContracts(createRegistryClient({ url: registry.url }));
  expect(estate.length).toBeGreaterThan(20);
  nc = await connect({ servers: server.url, noAsyncTraces: true });
  await provideStreams(nc, estate);
}, longestMs);

afterAll(async () => {
  await nc.close();
  await Promise.all([registry.stop(), server.stop(), quiet.stop(), folder.remove()]);
});

const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  charterInProcess(args, { cwd: folder.path, env: { CHARTER_URL: registry.url, ...env } });

async function modulesOfEstate(): Promise<string[]> {
  const file = parse(await readFile(join(root, "buf.yaml"), "utf8"));
  const names = (file.modules as readonly { name?: string }[]).map(({ name }) => name ?? "");
  const modules = names.map(moduleNameOfBuf).filter((name) => name?.startsWith("bodybroker/"));
  return modules.flatMap((name) => ["--module", String(name)]);
}

/** Runs `charter contract test` over all that is registered, as a CI job does. */
async function testAt({ url }: RunningNatsServer) {
  const args = ["contract", "test", "--seed", "1", "--report", "json=report.json"];
  const ended = await run(args, { NATS_URL: url, CI: "true" });
  const report = JSON.parse(await readFile(join(folder.path, "report.json"), "utf8")) as RunReport;
  return { ...ended, report };
}

/** What a run tells on stderr of how far it is: `7/87 pass` for each binding, in its order. */
function progressIn(stderr: string): string[] {
  const lines = stderr.trimEnd().split("\n");
  const verdicts = lines.filter((line) => !line.includes(" still testing after "));
  return verdicts.map((line) => line.split(" ").slice(0, 2).join(" "));
}

const progressOver = (bindings: number, verdict: string) =>
  Array.from({ length: bindings }, (_, i) => `${i + 1}/${bindings} ${verdict}`);

/** What is neither kept nor left out, in short. */
function openIn({ modules, account }: RunReport): readonly string[] {
  const laws = modules.flatMap(({ bindings }) =>
    bindings.flatMap(({ pattern, laws: tried }) =>
      tried.map((law) => ({ ...law, where: `${law.law} on ${pattern}` })),
    ),
  );
  return [...laws, ...account.map((law) => ({ ...law, where: law.law }))]
    .filter(({ verdict }) => verdict !== "pass" && verdict !== "skipped")
    .map(
      ({ where, verdict, reason, failure }) =>
        `${where}: ${verdict}, ${reason ?? failure?.summary}`,
    );
}

it(
  "contract test of the whole estate ends with 0 on its mocks, all laws kept, and says what it covered",
  async () => {
    const mock = await startMock(nc, estate, { evidence: "mock" });
    try {
      const { exitCode, stdout, stderr, report } = await testAt(server);
      expect(openIn(report)).toEqual([]);
      const { bindings, verdicts, evidence } = report.totals;
      expect(verdicts.pass).toBe(bindings);
      expect(evidence).toEqual({ real: 0, reference: 0, mock: bindings });
      expect(stdout).toContain(`Tried: ${bindings}/${bindings} subjects`);
      expect(progressIn(stderr)).toEqual(progressOver(bindings, "pass"));
      expect(exitCode).toBe(0);
    } finally {
      await mock.stop();
    }
  },
  longestMs,
);

it("contract test of an estate that has stopped ends with 3, and says so of each module", async () => {
  const { exitCode, stdout, stderr, report } = await testAt(quiet);
  const { bindings, verdicts, calls } = report.totals;
  expect(verdicts).toMatchObject({ pass: 0, fail: 0, inconclusive: bindings });
  for (const { module, semver } of estate)
    expect(stdout).toContain(`${module} ${semver}\n  open  `);
  expect(stdout).toContain(`Tried: 0/${bindings} subjects`);
  expect(stdout).toContain("Exit 3: not enough evidence to say that the contracts are kept");
  expect(progressIn(stderr)).toEqual(progressOver(bindings, "inconclusive"));
  expect(exitCode).toBe(3);
  // One question for each rpc: no law waits for what is not there.
  const rpcs = estate.flatMap((each) => each.bindings).filter(({ kind }) => kind !== "event");
  expect(calls).toBe(rpcs.length);
  expect(stdout).not.toContain("the time of the run is over");
});
