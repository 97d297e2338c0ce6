import type { BenchRow } from "./bench-row.ts";
import { type Child, startChild } from "./child.ts";
import type { HttpLoad } from "./http-load.ts";
import type { LoadResult } from "./load-result.ts";
import { type Contestant, comparisonOf, type Pace, ratioOf, takeTurns } from "./measure.ts";

/** How many subjects are registered. */
const estates = [100, 1000, 10_000, 100_000] as const;

/** Rounds are cut into this many: a shared machine's pace changes within a second or two. */
const slices = 8;

/** Look-ups over HTTP against a bare Fastify route, for several numbers of subjects. */
export async function benchHttp(pace: Pace): Promise<BenchRow[]> {
  const seconds = pace.seconds / slices;
  const rounds = pace.rounds * slices;
  const generator = await startChild("http-load.ts", []);
  const bare = await startChild("http-server.ts", ["bare"]);
  const registries = await Promise.all(
    estates.map((subjects) => startChild("http-server.ts", ["charter", subjects])),
  );
  const contestant = (server: Child, subjects: number): Contestant => {
    const load: HttpLoad = { port: (server.ready as { port: number }).port, subjects, seconds };
    return { server, load: () => generator.ask(load) as Promise<LoadResult> };
  };
  try {
    // Each registry has a round of the bare route beside it, with the same requests.
    const turns = estates.flatMap((subjects, i) => {
      const registry = registries[i];
      return registry === undefined
        ? []
        : [contestant(registry, subjects), contestant(bare, subjects)];
    });
    return rowsOf(await takeTurns(turns, rounds, 2 * slices));
  } finally {
    await Promise.all([generator, bare, ...registries].map((child) => child.stop()));
  }
}

function rowsOf(turns: Awaited<ReturnType<typeof takeTurns>>): BenchRow[] {
  const pairs = estates.map((subjects, i) => ({
    subjects,
    charter: turns[2 * i] ?? [],
    bare: turns[2 * i + 1] ?? [],
  }));
  const rows = pairs.map(
    ({ subjects, charter, bare }): BenchRow => ({
      name: `HTTP resolve, ${subjects.toLocaleString("en")} subjects`,
      value: ratioOf(charter, bare),
      unit: "×",
      bar: { atLeast: 0.8 },
      details: comparisonOf(charter, bare),
    }),
  );
  // Each against the bare route beside it, because the two have no rounds next to each other.
  const smallest = rows.at(0)?.value ?? Number.NaN;
  const largest = rows.at(-1)?.value ?? Number.NaN;
  return [
    ...rows,
    {
      name: "HTTP resolve, 100 against 100,000 subjects",
      value: smallest / largest,
      unit: "×",
      bar: { atMost: 1.25 },
      details: [],
    },
  ];
}
