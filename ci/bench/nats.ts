import { startNatsServer } from "../testing/nats-server.ts";
import type { BenchRow } from "./bench-row.ts";
import { type Child, startChild } from "./child.ts";
import type { LoadResult } from "./load-result.ts";
import {
  type Contestant,
  comparisonOf,
  type Pace,
  type Round,
  ratioOf,
  takeTurns,
} from "./measure.ts";
import type { NatsLoad } from "./nats-load.ts";

/** How many subjects are registered: a usual estate, and a very large one. */
const estates = [100, 10_000] as const;

/** Look-ups over NATS against a hand-written responder of the same messages. */
export async function benchNats(pace: Pace): Promise<BenchRow[]> {
  const nats = await startNatsServer();
  try {
    const rows: BenchRow[] = [];
    for (const subjects of estates) rows.push(...(await benchEstate(nats.url, subjects, pace)));
    return rows;
  } finally {
    await nats.stop();
  }
}

async function benchEstate(url: string, subjects: number, pace: Pace): Promise<BenchRow[]> {
  const children = await Promise.all([
    startChild("nats-load.ts", [url, subjects]),
    startChild("nats-responder.ts", ["charter", url, subjects]),
    startChild("nats-responder.ts", ["bare", url]),
  ]);
  const [generator, charter, bare] = children;
  const measure = async (name: string, inFlight: number) => {
    const contestant = (server: Child): Contestant => {
      const { subject } = server.ready as { subject: string };
      const load: NatsLoad = { subject, inFlight, seconds: pace.seconds };
      return { server, load: () => generator.ask(load) as Promise<LoadResult> };
    };
    const turns = await takeTurns([charter, bare].map(contestant), pace.rounds);
    return rowOf(`NATS resolve, ${subjects.toLocaleString("en")} subjects, ${name}`, turns);
  };
  try {
    return [await measure("64 in flight", 64), await measure("one at a time", 1)];
  } finally {
    await Promise.all(children.map((child) => child.stop()));
  }
}

function rowOf(name: string, [charter = [], bare = []]: readonly Round[][]): BenchRow {
  const value = ratioOf(charter, bare);
  const details = comparisonOf(charter, bare);
  return { name, value, unit: "×", bar: { atLeast: 0.8 }, details };
}
