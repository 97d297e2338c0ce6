import { jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { startNatsServer } from "../../testing/nats-server.ts";
import type { BenchRow } from "../bench-row.ts";
import { startChild } from "../child.ts";
import type { LoadResult } from "../load-result.ts";
import { comparisonOf, type Pace, ratioOf, takeTurns } from "../measure.ts";
import type { PublishLoad } from "./publisher.ts";

const cases = [
  { keeping: "core", name: "core publish, batches of 100", inFlight: 1 },
  { keeping: "stream", name: "JetStream publish with acknowledgement, 64 in flight", inFlight: 64 },
] as const;

/** Generated publishers against hand-written ones that send the same headers. */
export async function benchPublishing({ rounds, seconds }: Pace): Promise<BenchRow[]> {
  const nats = await startNatsServer({ jetstream: true });
  try {
    await addStream(nats.url);
    const rows: BenchRow[] = [];
    for (const { keeping, name, inFlight } of cases) {
      const publishers = await Promise.all(
        ["stub", "hand"].map((kind) => startChild("stubs/publisher.ts", [kind, keeping, nats.url])),
      );
      const load: PublishLoad = { inFlight, seconds };
      const contestants = publishers.map((server) => ({
        server,
        load: () => server.ask(load) as Promise<LoadResult>,
      }));
      const [charter = [], bare = []] = await takeTurns(contestants, rounds);
      await Promise.all(publishers.map((child) => child.stop()));
      rows.push({
        name: `${name}: rate against hand-written`,
        value: ratioOf(charter, bare),
        unit: "×",
        bar: { atLeast: 0.9 },
        details: comparisonOf(charter, bare),
      });
    }
    return rows;
  } finally {
    await nats.stop();
  }
}

async function addStream(servers: string): Promise<void> {
  const nc = await connect({ servers });
  const jsm = await jetstreamManager(nc);
  await jsm.streams.add({
    name: "NPC_EVENTS",
    subjects: ["ai.npc.behavior.planned.v1.*"],
    max_bytes: 64 * 1024 * 1024,
  });
  await nc.close();
}
