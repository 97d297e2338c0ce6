import type { NatsConnection } from "@nats-io/nats-core";
import { connect } from "@nats-io/transport-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RunningNatsServer, startNatsServer } from "../../ci/testing/nats-server.ts";
import { renderReport } from "../reports/text/render.ts";
import type { ContractUnderTest } from "../runner/contract.ts";
import { exitCodeOf, type RunReport } from "../runner/report.ts";
import { runContracts } from "../runner/run.ts";
import { provideStreams } from "../testing/streams.ts";
import { workspaceContracts } from "../testing/workspace.ts";
import { startMock } from "./mock.ts";

let server: RunningNatsServer;
let nc: NatsConnection;
let estate: readonly ContractUnderTest[];

beforeAll(async () => {
  server = await startNatsServer({ jetstream: true });
  nc = await connect({ servers: server.url, noAsyncTraces: true });
  estate = (await workspaceContracts()).filter(({ module }) => module.startsWith("bodybroker/"));
  await provideStreams(nc, estate);
});

afterAll(async () => {
  await nc.close();
  await server.stop();
});

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

/** Alone on two cores it takes a third of this; other test files run beside it. */
const longestMs = 180_000;

describe("the whole estate", () => {
  it(
    "is kept by its mocks, by all laws, and the run says what it covered",
    async () => {
      const mock = await startMock(nc, estate, { evidence: "mock" });
      const seen: string[] = [];
      try {
        const report = await runContracts(nc, estate, {
          seed: 1,
          onProgress: ({ pattern }) => void seen.push(pattern),
        });
        expect(openIn(report)).toEqual([]);
        expect(exitCodeOf(report)).toBe(0);
        const { bindings, verdicts, evidence } = report.totals;
        expect(verdicts.pass).toBe(bindings);
        expect(evidence).toEqual({ real: 0, reference: 0, mock: bindings });
        expect(seen).toHaveLength(bindings);
        expect(renderReport(report, { color: false })).toContain(
          `Tried: ${bindings}/${bindings} subjects`,
        );
      } finally {
        await mock.stop();
      }
    },
    longestMs,
  );

  it("is not judged when all of it has stopped", async () => {
    const quiet = await startNatsServer({ jetstream: true });
    const connection = await connect({ servers: quiet.url });
    const report = await runContracts(connection, estate, { seed: 1 });
    await connection.close();
    await quiet.stop();
    expect(report.totals.verdicts).toMatchObject({ pass: 0, fail: 0 });
    expect(exitCodeOf(report)).toBe(3);
  });
});
