import type { NatsConnection } from "@nats-io/nats-core";
import { connect } from "@nats-io/transport-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RunningNatsServer, startNatsServer } from "../../ci/testing/nats-server.ts";
import { type BindingResult, exitCodeOf } from "../runner/report.ts";
import { runContracts } from "../runner/run.ts";
import { workspaceContracts } from "../testing/workspace.ts";
import { startMock } from "./mock.ts";

let server: RunningNatsServer;
let nc: NatsConnection;

beforeAll(async () => {
  server = await startNatsServer();
  nc = await connect({ servers: server.url });
});

afterAll(async () => {
  await nc.close();
  await server.stop();
});

const isNoPass = ({ verdict }: BindingResult) => verdict !== "pass";

describe("startMock", () => {
  it("keeps the contracts of the whole estate, by all laws", async () => {
    const contracts = (await workspaceContracts()).filter((each) =>
      each.module.startsWith("bodybroker/"),
    );
    const mock = await startMock(nc, contracts, { evidence: "mock" });
    try {
      const report = await runContracts(nc, contracts, { seed: 1 });
      expect(report.modules.flatMap(({ bindings }) => bindings.filter(isNoPass))).toEqual([]);
      expect(exitCodeOf(report)).toBe(0);
      expect(report.totals).toMatchObject({
        bindings: 56,
        pass: 56,
        skipped: 31,
        evidence: { real: 0, reference: 0, mock: 56 },
      });
    } finally {
      await mock.stop();
    }
  });
});
