import { startNatsServer } from "../../testing/nats-server.ts";
import type { BenchRow } from "../bench-row.ts";
import { startChild } from "../child.ts";
import type { LoadResult } from "../load-result.ts";
import { comparisonOf, type Pace, ratioOf, takeTurns } from "../measure.ts";

/** The length of a stream: a long answer of a language model. */
export const framesEach = 1000;
/** What the hand-written service listens to. */
export const handFrames = "bench.frames.v1";

/** Streams of frames against hand-written ones, which number frames and count them as well. */
export async function benchFrames({ rounds, seconds }: Pace): Promise<BenchRow[]> {
  const nats = await startNatsServer();
  const kinds = ["stub", "hand"];
  const services = await Promise.all(
    kinds.map((kind) => startChild("stubs/frames-service.ts", [kind, nats.url])),
  );
  const readers = await Promise.all(
    kinds.map((kind) => startChild("stubs/frames-reader.ts", [kind, nats.url])),
  );
  try {
    const contestants = services.map((server, i) => ({
      server,
      load: () => readers[i]?.ask({ streams: 8, seconds }) as Promise<LoadResult>,
    }));
    const [charter = [], bare = []] = await takeTurns(contestants, rounds);
    return [
      {
        name: "frames, 8 streams: rate against hand-written",
        value: ratioOf(charter, bare),
        unit: "×",
        bar: { atLeast: 0.9 },
        details: comparisonOf(charter, bare),
      },
    ];
  } finally {
    await Promise.all([...services, ...readers].map((child) => child.stop()));
    await nats.stop();
  }
}
