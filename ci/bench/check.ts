import { execFile, execFileSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { createRegistryClient, type RegistryClient } from "../../registry/api/client.ts";
import type { Proposal } from "../../registry/api/schemas/proposal.ts";
import { bufOfNpm } from "../../registry/buf/find-buf.ts";
import { runBuf } from "../../registry/buf/run-buf.ts";
import { readWorkspace } from "../../registry/cli/workspace/workspace.ts";
import type { BenchRow } from "./bench-row.ts";
import { median } from "./load-result.ts";
import { secondsOf } from "./seconds.ts";

const root = join(import.meta.dirname, "../..");
/** A module of usual size, with imports of others. */
const usual = { module: "bodybroker/npc", folder: "proto/bodybroker/npc", file: "v1/npc.proto" };
const baselines = 20;
const breaking = JSON.stringify({
  version: "v2",
  breaking: { use: ["FILE", "PACKAGE", "WIRE_JSON", "WIRE"] },
});

/** buf as whoever has it runs it. */
async function bareBuf(cwd: string, args: readonly string[]): Promise<void> {
  const buf = bufOfNpm(root)?.path ?? "";
  await promisify(execFile)(buf, [...args], { cwd, env: {} });
}

/** A registry that holds a workspace, and the workspace. */
export interface Bench {
  readonly workspace: string;
  readonly url: string;
  readonly rounds: number;
}

/** The published form of the command, with the cache that its start switches on. */
async function charter({ workspace, url }: Bench, ...args: string[]): Promise<void> {
  const env = { CHARTER_URL: url, NODE_COMPILE_CACHE: join(workspace, "../compile-cache") };
  const dist = join(root, "registry/cli/dist/charter.js");
  await promisify(execFile)(process.execPath, [dist, ...args], { cwd: workspace, env });
}

export async function prepare(bench: Bench): Promise<void> {
  execFileSync(process.execPath, [join(root, "registry/cli/build.mjs")]);
  await charter(bench, "policy", "set", "proto/policy.yaml", "--reason", "the estate of the bench");
  await charter(bench, "module", "push", "--no-wait");
}

/**
 * Every check is of another change, because a registry answers from its caches what it has seen:
 * a push that follows its check, and a check that is repeated.
 */
export async function benchChecks(bench: Bench): Promise<BenchRow[]> {
  const registry = createRegistryClient({ url: bench.url });
  return [
    ...(await benchUsual(bench, registry)),
    await benchAll(bench),
    await benchBaselines(bench, registry),
    await benchLarge(bench, registry),
  ];
}

/** One module with one new message; buf compares the images of the same two states. */
async function benchUsual(bench: Bench, registry: RegistryClient): Promise<BenchRow[]> {
  const { workspace, rounds } = bench;
  const image = (name: string) => runBuf(workspace, ["build", "--path", usual.folder, "-o", name]);
  await image("before.binpb");
  await change(bench);
  await image("after.binpb");
  const args = ["breaking", "after.binpb", "--against", "before.binpb", "--exclude-imports"];
  const times: Record<"buf" | "api" | "command" | "again", number[]> = {
    buf: [],
    api: [],
    command: [],
    again: [],
  };
  // The clock of a shared machine moves by a half within seconds, so the ratio is of many pairs.
  for (let i = 0; i < 3 * rounds; i++) {
    times.buf.push(await secondsOf(() => bareBuf(workspace, [...args, "--config", breaking])));
    const proposal = await changedProposal(bench);
    times.api.push(await secondsOf(() => registry.check(proposal)));
    times.again.push(await secondsOf(() => registry.check(proposal)));
    await change(bench);
    times.command.push(
      await secondsOf(() => charter(bench, "module", "check", "--module", usual.module)),
    );
  }
  // What buf is given here are images: the registry is given sources, and the command has Node's start
  // before it. Node, buf's compilation and buf's comparison are 1.6 × without a line of Charter's, so
  // the bar is on what the registry does, and the command's row shows what its user waits for.
  const row = (who: "api" | "command", name: string): BenchRow => ({
    name: `${name}, against buf breaking alone`,
    value: median(times[who].map((seconds, i) => seconds / (times.buf[i] ?? 0))),
    unit: "×",
    bar: who === "api" ? { atMost: 1.5 } : null,
    details: [
      { who: "Charter", median: shown(times[who]) },
      { who: "buf", median: shown(times.buf) },
    ],
  });
  return [
    row("api", "a check of one module as the API answers it"),
    row("command", "module check of one module, start included"),
    {
      name: "the same check again, as the API answers it",
      value: median(times.again) * 1000,
      unit: "ms",
      bar: null,
      details: [],
    },
  ];
}

async function benchAll(bench: Bench): Promise<BenchRow> {
  const seconds = await repeated(bench.rounds, async () => {
    await change(bench);
    return secondsOf(() => charter(bench, "module", "check"));
  });
  return withinSeconds("module check of all modules, one changed", 3, seconds);
}

/** Twenty releases that participants run, each with another message, all of them compared with. */
async function benchBaselines(bench: Bench, registry: RegistryClient): Promise<BenchRow> {
  for (let i = 0; i < baselines; i++) {
    const { report } = await registry.register(await changedProposal(bench));
    const semver = report.modules[0]?.semver ?? "";
    const uses = [{ module: usual.module, semver, role: "calls" as const }];
    await registry.recordDeployment({
      environment: "bench",
      participant: `caller-${i}`,
      build: "1",
      uses,
    });
  }
  const seconds = await repeated(bench.rounds, async () => {
    const proposal = await changedProposal(bench);
    return secondsOf(async () => {
      const { modules } = await registry.check(proposal);
      const compared = modules[0]?.baselines.length ?? 0;
      if (compared < baselines) throw new Error(`only ${compared} baselines were compared with`);
    });
  });
  return withinSeconds(`a check against ${baselines} baselines`, 3, seconds);
}

async function benchLarge(bench: Bench, registry: RegistryClient): Promise<BenchRow> {
  await registry.register(largeProposal(0));
  let version = 0;
  const seconds = await repeated(bench.rounds, async () => {
    version++;
    return secondsOf(() => registry.check(largeProposal(version)));
  });
  return withinSeconds("a check of a module with 1,000 messages", 10, seconds);
}

/** A thousand messages that refer to each other, each changed by every version. */
function largeProposal(version: number): Proposal {
  const more = Array.from({ length: version }, (_, i) => ` bytes more_${i} = ${10 + i};`).join("");
  const messages = Array.from(
    { length: 1000 },
    (_, i) =>
      `message Part${i} {\n  string id = 1;\n  repeated int64 amounts = 2;\n  Part${(i * 7) % 1000} next = 3;\n  map<string, double> rates = 4;\n ${more}\n}\n`,
  );
  const content = `syntax = "proto3";\npackage bench.large.v1;\n${messages.join("")}`;
  return {
    modules: [{ name: "bench/large", files: [{ path: "bench/large/v1/large.proto", content }] }],
  };
}

let changes = 0;

/** Adds a message that no check has seen. */
async function change({ workspace }: Pick<Bench, "workspace">): Promise<void> {
  const path = join(workspace, usual.folder, usual.file);
  const text = await readFile(path, "utf8");
  await writeFile(path, `${text}\nmessage Added${++changes} { string name = 1; }\n`);
}

async function changedProposal(bench: Bench): Promise<Proposal> {
  await change(bench);
  return (await readWorkspace(bench.workspace, ".", [usual.module])).proposal;
}

async function repeated(rounds: number, once: () => Promise<number>): Promise<number[]> {
  const seconds = [];
  for (let i = 0; i < rounds; i++) seconds.push(await once());
  return seconds;
}

function withinSeconds(name: string, atMost: number, seconds: readonly number[]): BenchRow {
  const slowest = Math.max(...seconds).toFixed(2);
  const details = [{ who: "Charter", slowest: `${slowest} s` }];
  return { name, value: median(seconds), unit: "s", bar: { atMost }, details };
}

function shown(seconds: readonly number[]): string {
  return `${median(seconds).toFixed(3)} s`;
}
