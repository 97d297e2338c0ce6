import type { NatsConnection } from "@nats-io/nats-core";
import { connect } from "@nats-io/transport-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RunningNatsServer, startNatsServer } from "../../ci/testing/nats-server.ts";
import { renderReport } from "../reports/text/render.ts";
import type { ContractUnderTest } from "../runner/contract.ts";
import type { Verdict } from "../runner/report.ts";
import { runContracts } from "../runner/run.ts";
import { watchMemory } from "../testing/watch-memory.ts";
import { tellContract } from "./feed-contract.ts";
import { startAttacker } from "./start-attacker.ts";

let tell: ContractUnderTest;
let server: RunningNatsServer;
let nc: NatsConnection;

beforeAll(async () => {
  tell = await tellContract();
  server = await startNatsServer();
  nc = await connect({ servers: server.url });
});

afterAll(async () => {
  await nc.close();
  await server.stop();
});

/** What a run may keep of whatever a service sends, in bytes: several hundred times what it needs. */
const mostMemory = 250 * 1024 * 1024;
/** A reader takes 256 frames, and the server ends its subscription 64 messages later. */
const mostMessagesPerStream = 320;

/** Everything that is published to where no reader of frames may publish. */
async function watchVictims(): Promise<() => readonly string[]> {
  const seen: string[] = [];
  const subjects = [
    "victim.>",
    "$JS.>",
    "_CHARTER.ctl.victim",
    "_CHARTER.ctl.victim.>",
    "_INBOX.victim",
  ];
  for (const subject of subjects) {
    nc.subscribe(subject, {
      callback: (_error, message) => {
        seen.push(message.subject);
      },
    });
  }
  await nc.flush();
  return () => seen;
}

const attacks: readonly (readonly [string, Readonly<Record<string, readonly Verdict[]>>])[] = [
  ["huge frames", { T1: ["pass", "inconclusive"] }],
  ["a stream without an end", { T1: ["pass"], T2: ["skipped"] }],
  ["a million frames at once", { T6: ["fail"] }],
  ["frames for others", { T5: ["fail"] }],
  ["headers and payloads that are no UTF-8", { R2: ["fail"], T1: ["fail"], T3: ["fail"] }],
  ["ends that are none", { T2: ["fail"] }],
  ["a control subject of others", { R2: ["pass"], T4: ["fail"] }],
];

describe("a run against a hostile feed", () => {
  it.each(attacks)(
    "ends with a verdict, and within its memory, on %s",
    async (attack, expected) => {
      const end = await startAttacker("hostile-feed.ts", server.url, attack);
      const victims = await watchVictims();
      const memory = watchMemory();
      const before = nc.stats().inMsgs;
      const report = await runContracts(nc, [tell], {
        seed: 5,
        laws: Object.keys(expected),
        budgetMs: 15_000,
      });
      await end();
      expect(memory()).toBeLessThan(mostMemory);
      expect(nc.stats().inMsgs - before).toBeLessThan(
        (report.totals.calls + 1) * mostMessagesPerStream,
      );
      expect(victims()).toEqual([]);
      const [binding] = report.modules[0]?.bindings ?? [];
      for (const law of binding?.laws ?? []) expect(expected[law.law]).toContain(law.verdict);
      expect(binding?.laws).toHaveLength(Object.keys(expected).length);
      expect(renderReport(report, { color: false })).not.toMatch(/[^\P{Cc}\n]/u);
    },
  );
});
