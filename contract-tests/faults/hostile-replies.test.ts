import type { NatsConnection } from "@nats-io/nats-core";
import { connect } from "@nats-io/transport-node";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type RunningNatsServer, startNatsServer } from "../../ci/testing/nats-server.ts";
import { renderReport } from "../reports/text/render.ts";
import type { ContractUnderTest } from "../runner/contract.ts";
import { exitCodeOf, type LawResult, type RunReport } from "../runner/report.ts";
import { runContracts } from "../runner/run.ts";
import { watchMemory } from "../testing/watch-memory.ts";
import { orderContract } from "./shop-contract.ts";
import { startAttacker } from "./start-attacker.ts";

let shop: ContractUnderTest;
let server: RunningNatsServer;
let tester: NatsConnection;

beforeAll(async () => {
  shop = await orderContract();
  server = await startNatsServer({ config: "max_payload: 64MB, write_deadline: '2s'" });
  tester = await connect({ servers: server.url });
});

afterAll(async () => {
  await tester.close();
  await server.stop();
});

/** What a run may keep of whatever a service sends: it takes some twenty mebibytes by itself. */
const mostMemory = 400 * 1024 * 1024;
const budgetMs = 6000;
/** The law that waits when the time is over ends at once; this is for a machine that does much else. */
const graceMs = 15_000;

function lawOf(report: RunReport, id: string): LawResult | undefined {
  return report.modules[0]?.bindings[0]?.laws.find((each) => each.law === id);
}

it.each([
  ["with replies of 20 MiB", "huge", "R2", /more than the 2097152 that are read/],
  ["with a million fields that nobody knows", "many-fields", "R3", /must have error 400/],
  ["with a hundred thousand headers", "many-headers", "R2", /bytes of headers, which is more/],
  ["with headers that are none", "no-headers", "R2", /headers that cannot be read/],
  ["with headers and errors that are no UTF-8", "invalid-utf8", "R2", /no charter.nats.v1.Error/],
  ["with texts that are no UTF-8", "invalid-text", "R2", /garbled/],
  ["with a million replies to one request", "storm", "R7", /must have one reply/],
  ["in other inboxes", "elsewhere", "R2", /timeout/],
])(
  "a service that answers %s ends in a verdict, in time and memory",
  async (_, attack, law, reason) => {
    const stop = await startAttacker("hostile-service.ts", `127.0.0.1:${server.port}`, attack);
    const memory = watchMemory();
    const startedAt = performance.now();
    const report = await runContracts(tester, [shop], {
      seed: 5,
      laws: ["R1", law, "R7"],
      budgetMs,
    });
    const tookMs = performance.now() - startedAt;
    const kept = memory();
    await stop();
    const result = lawOf(report, law);
    expect(result?.verdict).toBe("fail");
    expect(`${result?.failure?.summary} ${result?.failure?.answer}`).toMatch(reason);
    expect(exitCodeOf(report)).toBe(100);
    expect(tookMs).toBeLessThan(budgetMs + graceMs);
    expect(kept).toBeLessThan(mostMemory);
    // Nothing of it reaches the terminal raw, and the report is no copy of it.
    const text = renderReport(report, { color: false, trace: true });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
    expect(JSON.stringify(report).length).toBeLessThan(1024 * 1024);
    // The connection is as good as before: whoever is tested next is not blamed.
    await tester.flush();
  },
);
