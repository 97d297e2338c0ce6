import { execFileSync } from "node:child_process";
import { chmod, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createUser } from "@nats-io/nkeys";
import { afterEach, beforeEach, describe, expect, it, test } from "vitest";
import { parse } from "yaml";
import { type Folder, startCharter, temporaryFolder } from "../registry/cli/testing/charter.ts";
import { charterInProcess } from "../registry/cli/testing/in-process.ts";
import { npcPolicy, npcProto, npcWorkspace } from "../registry/cli/testing/npc-workspace.ts";
import { type RunningRegistry, startRegistry } from "../registry/cli/testing/running-registry.ts";
import { childEnvironment } from "./testing/child-environment.ts";
import { type RunningNatsServer, startNatsServer } from "./testing/nats-server.ts";
import { runJob, type StepResult } from "./testing/run-job.ts";

const root = join(import.meta.dirname, "..");
const workflows = join(import.meta.dirname, "workflows");
const main = join(root, "registry/cli/main.ts");
const stepMs = 120_000;

const files = await readdir(workflows);

it.each(files)(
  "every action of %s is pinned to a commit, with its version beside it",
  async (file) => {
    const text = await readFile(join(workflows, file), "utf8");
    const used = [...text.matchAll(/^\s*- uses: (.*)$/gm)].map(([, action = ""]) => action);
    expect(
      used.filter((action) => !/^[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(action)),
    ).toEqual([]);
    expect(used.length > 0 || file.startsWith("gitlab")).toBe(true);
  },
);

it.each(files.filter((file) => !file.startsWith("gitlab")))(
  "%s may only read, unless a job says what it writes",
  async (file) => {
    const { permissions } = parse(await readFile(join(workflows, file), "utf8"));
    expect(permissions).toEqual({ contents: "read" });
  },
);

describe("the pipelines of contract tests", () => {
  let nats: RunningNatsServer;
  let registry: RunningRegistry;
  let folder: Folder;

  beforeEach(async () => {
    nats = await startNatsServer({ jetstream: true });
    registry = await startRegistry({}, npcPolicy);
    folder = await temporaryFolder({
      ...npcWorkspace,
      // Without its event: whether a mock's events are evidence is asked elsewhere.
      [npcProto]: npcWorkspace[npcProto].replace(/message NpcPlanned[\s\S]*/, ""),
    });
    const env = { CHARTER_URL: registry.url, NATS_URL: nats.url };
    const args = ["module", "push", "--no-wait"];
    expect((await charterInProcess(args, { cwd: folder.path, env })).exitCode).toBe(0);
  });

  afterEach(async () => {
    // The service outlives its step, as it does on a runner.
    const pid = await readFile(join(folder.path, "service.pid"), "utf8").catch(() => null);
    if (pid !== null) process.kill(Number(pid), "SIGINT");
    await nats.stop();
    await registry.stop();
    await folder.remove();
  });

  /** Programs that are not here, or are this clone's own, in front of the PATH. */
  async function programs(service: string): Promise<string> {
    const bin = join(folder.path, "bin");
    const node = `${process.execPath} ${main}`;
    const scripts = {
      npx: `shift\nexec ${node} "$@"`,
      npm: `if [ "$1" = start ]; then echo $$ > service.pid; exec ${node} ${service}; fi`,
      docker: 'echo "$@" > docker.txt',
      gh: 'echo "$@" > comment.txt',
    };
    await mkdir(bin);
    for (const [name, script] of Object.entries(scripts)) {
      await writeFile(join(bin, name), `#!/bin/sh\n${script}\n`);
      await chmod(join(bin, name), 0o755);
    }
    return `${bin}:${dirname(process.execPath)}:${process.env.PATH}`;
  }

  async function runWorkflow(event: "push" | "pull_request", service: string) {
    const file = await readFile(join(workflows, "service-contract-tests.yaml"), "utf8");
    const isPush = event === "push";
    const expressions = {
      "vars.CHARTER_URL": registry.url,
      "github.event_name == 'push' && '--publish --environment ci' || ''": isPush
        ? "--publish --environment ci"
        : "",
      "github.event_name == 'push' && secrets.CHARTER_TOKEN || ''": "",
      "hashFiles('reports/charter.sarif') != ''": true,
      "github.event.pull_request.head.repo.full_name == github.repository && hashFiles('reports/summary.md') != ''":
        !isPush,
      "github.token": "token",
      "github.event.pull_request.number": "12",
    };
    const summary = join(folder.path, "step-summary.md");
    const port = new URL(nats.url).port;
    const steps = await runJob(file.replaceAll("4222", port), "contract-tests", {
      expressions,
      cwd: folder.path,
      env: {
        ...childEnvironment,
        PATH: await programs(service),
        HOME: folder.path,
        GITHUB_STEP_SUMMARY: summary,
      },
    });
    return { steps, summary: await readFile(summary, "utf8") };
  }

  const read = (name: string) => readFile(join(folder.path, name), "utf8");
  const step = (steps: readonly StepResult[], name: string) =>
    steps.find((each) => each.name.includes(name));

  test(
    "service-contract-tests.yaml is green for a service that keeps its contract, and keeps the evidence of main",
    async () => {
      const { steps, summary } = await runWorkflow("push", "mock bodybroker/npc");
      expect(steps.filter(({ result }) => result === "failed")).toEqual([]);
      expect(step(steps, "show what the service said")?.result).toBe("left out");
      expect(step(steps, "comment")?.result).toBe("left out");
      expect(summary).toContain("## Contract tests passed, with evidence");
      expect(await read("reports/junit.xml")).toContain('failures="0" errors="0"');
      expect(step(steps, "test its contracts")?.output).toMatch(/^Published: 1 subject of /m);
      expect(await read("docker.txt")).toMatch(/nats:\d+\.\d+\.\d+ -js\n$/);
    },
    stepMs,
  );

  test(
    "service-contract-tests.yaml is red for one that breaks it, uploads the findings and comments on the pull request",
    async () => {
      const service = "mock bodybroker/npc --fault malformed --fault-rate 1";
      const { steps } = await runWorkflow("pull_request", service);
      expect(step(steps, "test its contracts")).toMatchObject({ result: "failed", exitCode: 100 });
      expect(step(steps, "test its contracts")?.output).toMatch(
        /^::error file=proto\/.*,line=\d+,/m,
      );
      expect(step(steps, "show what the service said")?.output).toMatch(/serving/i);
      const later = steps.slice(steps.findIndex(({ result }) => result === "failed") + 1);
      expect(later.map(({ name, result }) => [name.split("@")[0], result])).toEqual([
        ["show what the service said", "done"],
        ["actions/upload-artifact", "action"],
        ["github/codeql-action/upload-sarif", "action"],
        ["comment on the pull request", "done"],
      ]);
      expect(await read("comment.txt")).toBe(
        "pr comment 12 --body-file reports/summary.md --edit-last --create-if-none\n",
      );
      expect(await read("reports/summary.md")).toContain("found a broken contract");
      const { runs } = JSON.parse(await read("reports/charter.sarif"));
      expect(runs[0].results[0]).toMatchObject({ kind: "fail", level: "error" });
    },
    stepMs,
  );

  test(
    "service-contract-tests.yaml keeps what the tests of a build use",
    async () => {
      const bin = await programs("none");
      const used = {
        ...{ module: "bodybroker/npc", semver: "1.0.0", subject: "ai.npc.behavior.request.v1" },
        kind: "request",
        reads: { message: "bodybroker.npc.v1.PlanResponse", fields: [] },
        sends: { message: "bodybroker.npc.v1.PlanRequest", fields: [] },
      };
      const usage = JSON.stringify({ formatVersion: 1, participant: "shop-web", uses: [used] });
      await folder.write({
        "shop-web.json": usage,
        "bin/npm":
          '#!/bin/sh\n[ "$1" = test ] || exit 0\nmkdir "$CHARTER_RECORD_USE"\ncp shop-web.json "$CHARTER_RECORD_USE/shop-web.1.usage.json"\n',
      });
      const text = await readFile(join(workflows, "service-contract-tests.yaml"), "utf8");
      const steps = await runJob(text, "consumer-use", {
        expressions: { "vars.CHARTER_URL": registry.url, "secrets.CHARTER_TOKEN": "" },
        cwd: folder.path,
        env: { ...childEnvironment, PATH: bin, HOME: folder.path, GITHUB_SHA: "7f3c2a1" },
      });
      expect(steps.filter(({ result }) => result === "failed")).toEqual([]);
      expect(step(steps, "publish")?.output).toContain("all that shop-web@7f3c2a1 uses");
    },
    stepMs,
  );

  test(
    "contract-tests.yaml tests what is live with the credentials of the secret",
    async () => {
      const text = await readFile(join(workflows, "contract-tests.yaml"), "utf8");
      const user = createUser();
      const seed = new TextDecoder().decode(user.getSeed());
      const creds = `-----BEGIN NATS USER JWT-----\ne30.e30.e30\n------END NATS USER JWT------\n\n-----BEGIN USER NKEY SEED-----\n${seed}\n------END USER NKEY SEED------\n`;
      const env = { CHARTER_URL: registry.url, NATS_URL: nats.url };
      const mock = await startCharter(["mock", "bodybroker/npc"], { cwd: folder.path, env });
      // The workspace of this test has one of the two modules.
      const steps = await runJob(text.replace(" bodybroker/world", ""), "contract-tests", {
        expressions: {
          "vars.CHARTER_URL": registry.url,
          "vars.NATS_URL": nats.url,
          "secrets.NATS_CREDS": creds,
          "secrets.CHARTER_TOKEN": "",
          "runner.temp": folder.path,
        },
        cwd: folder.path,
        env: {
          ...childEnvironment,
          PATH: await programs("none"),
          HOME: folder.path,
          RUNNER_TEMP: folder.path,
        },
      });
      await mock.interrupt();
      expect(steps.filter(({ result }) => result === "failed")).toEqual([]);
      expect(await read("nats.creds")).toBe(creds);
      expect((await stat(join(folder.path, "nats.creds"))).mode & 0o777).toBe(0o600);
      expect(JSON.parse(await read("reports/run.json"))).toMatchObject({
        environmentClass: "staging",
        totals: { verdicts: { pass: 1 } },
      });
    },
    stepMs,
  );
});

test("gitlab-ci.yaml has the same run of the same service", async () => {
  const github = await readFile(join(workflows, "service-contract-tests.yaml"), "utf8");
  const gitlab = parse(await readFile(join(workflows, "gitlab-ci.yaml"), "utf8"));
  const job = gitlab["service-contract-tests"];
  const script: string[] = job.script;
  const steps: { run?: string }[] = parse(github).jobs["contract-tests"].steps;
  const commands = steps.flatMap(({ run = "" }) => run.trim().split("\n"));
  // All but the test itself, whose reports differ, are the same lines.
  const same = script.filter((line) => !line.includes("contract test"));
  expect(same.filter((line) => !commands.includes(line))).toEqual([]);
  expect(job.services[0].command).toEqual(["-js"]);
  for (const line of script) execFileSync("bash", ["-n", "-c", line]);
});
