import type { NatsConnection } from "@nats-io/nats-core";
import { connect } from "@nats-io/transport-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RunningNatsServer, startNatsServer } from "../../ci/testing/nats-server.ts";
import { startMock } from "../mock/mock.ts";
import { compileTestdata } from "../testing/compile.ts";
import { contractOf } from "../testing/contracts.ts";
import type { ContractUnderTest } from "./contract.ts";
import { exitCodeOf } from "./report.ts";
import { runContracts } from "./run.ts";

let server: RunningNatsServer;
let nc: NatsConnection;
let shop: ContractUnderTest;

beforeAll(async () => {
  const descriptors = await compileTestdata("shop");
  shop = contractOf("example/shop", descriptors, (file) => file.startsWith("shop/"));
  server = await startNatsServer();
  nc = await connect({ servers: server.url });
});

afterAll(async () => {
  await nc.close();
  await server.stop();
});

describe("runContracts", () => {
  it("passes all laws on a mock, says that it is one, and lists what no law covers", async () => {
    const mock = await startMock(nc, [shop], { evidence: "mock" });
    try {
      const report = await runContracts(nc, [shop], { seed: 42 });
      expect(exitCodeOf(report)).toBe(0);
      expect(report.totals).toMatchObject({
        bindings: 1,
        pass: 1,
        skipped: 2,
        evidence: { real: 0, reference: 0, mock: 1 },
      });
    } finally {
      await mock.stop();
    }
  });
});
