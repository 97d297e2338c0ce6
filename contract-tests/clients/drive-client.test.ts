import { join } from "node:path";
import type { NatsConnection } from "@nats-io/nats-core";
import { connect } from "@nats-io/transport-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { childEnvironment } from "../../ci/testing/child-environment.ts";
import { type RunningNatsServer, startNatsServer } from "../../ci/testing/nats-server.ts";
import { runClient } from "../../registry/cli/client-process.ts";
import { faultNames } from "../mock/faults.ts";
import type { ContractUnderTest } from "../runner/contract.ts";
import { callOnce } from "../testdata/clients/call-once.ts";
import { workspaceContracts } from "../testing/workspace.ts";
import type { ClientReport } from "./conformance.ts";
import { driveClient, type StartClient } from "./drive-client.ts";

let server: RunningNatsServer;
let nc: NatsConnection;
let contract: ContractUnderTest;

beforeAll(async () => {
  server = await startNatsServer();
  nc = await connect({ servers: server.url });
  const ai = (await workspaceContracts()).find(({ module }) => module === "bodybroker/ai");
  if (ai === undefined) throw new Error("bodybroker/ai is in the workspace");
  contract = ai;
});

afterAll(async () => {
  await nc.close();
  await server.stop();
});

const script = join(import.meta.dirname, "../testdata/clients/infer-once.ts");

/** A client in this process, which starts faster. */
const honest =
  (rpc: "infer" | "stream"): StartClient =>
  async () => {
    const code = await callOnce(nc, rpc);
    const output = code === null ? "" : JSON.stringify({ code });
    return { end: { kind: "exit", exitCode: code === null ? 0 : 1 }, output };
  };

const childProcess =
  (...args: string[]): StartClient =>
  () =>
    runClient({
      argv: [process.execPath, script, ...args],
      cwd: import.meta.dirname,
      env: { ...childEnvironment, NATS_URL: server.url },
      timeoutMs: 20_000,
    });

function drive(rpc: "infer" | "stream", startClient: StartClient): Promise<ClientReport> {
  const kind = rpc === "infer" ? "request" : "streaming";
  const binding = contract.bindings.find((each) => each.kind === kind);
  if (binding === undefined || binding.kind === "event") throw new Error(`${rpc} is bound`);
  return driveClient(nc, contract, binding, { seed: 1, startClient });
}

const verdicts = ({ cases }: ClientReport) =>
  Object.fromEntries(cases.map(({ fault, verdict }) => [fault ?? "sound", verdict]));

describe("driveClient", () => {
  it.each(["infer", "stream"] as const)(
    "passes a client of %s that reports errors",
    async (rpc) => {
      const report = await drive(rpc, honest(rpc));
      expect(report.cases.filter(({ verdict }) => verdict !== "pass")).toEqual([]);
      expect(report).toMatchObject({ law: "C1", verdict: "pass", reason: null });
      const tried = report.cases.map(({ fault }) => fault);
      const all = [null, ...faultNames];
      const never = rpc === "infer" ? ["gap", "no-end"] : [];
      expect(tried).toEqual(all.filter((fault) => !never.includes(fault ?? "")));
    },
  );

  it("fails a client that swallows errors, by each fault that it did not report", async () => {
    const report = await drive("infer", childProcess("careless"));
    expect(report.verdict).toBe("fail");
    expect(verdicts(report)).toEqual({
      sound: "pass",
      late: "fail",
      duplicate: "pass",
      "wrong-type": "fail",
      "5xx": "fail",
      malformed: "fail",
      "unknown-enum": "pass",
      "no-reply": "fail",
    });
  });

  it("says nothing of a client that never calls", async () => {
    const report = await drive("infer", async () => ({
      end: { kind: "exit", exitCode: 0 },
      output: "",
    }));
    expect(report).toMatchObject({
      verdict: "inconclusive",
      reason: expect.stringContaining("no request came from it"),
      cases: [{ fault: null }],
    });
  });
});
