import type { Detail } from "./bench-row.ts";
import type { Child, CpuAnswer } from "./child.ts";
import { type LoadResult, median } from "./load-result.ts";

/** One round of load, and what it cost the process that answered. */
export interface Round extends LoadResult {
  /** CPU time for each request, in microseconds: it moves less than a rate when others work too. */
  readonly serverUs: number;
  /** What the server used of one core: far below 1, something else held it back. */
  readonly serverCpu: number;
}

/** How long to measure. */
export interface Pace {
  readonly rounds: number;
  /** Of one round. */
  readonly seconds: number;
}

/** Something that answers, and the load to put on it. */
export interface Contestant {
  readonly server: Child;
  readonly load: () => Promise<LoadResult>;
}

/**
 * Puts load on each in turn, A B A B, so that what disturbs the machine disturbs all of them.
 *
 * @param warmUp rounds at first that do not count: two seconds it takes until all code is compiled
 */
export async function takeTurns(
  contestants: readonly Contestant[],
  rounds: number,
  warmUp = 2,
): Promise<Round[][]> {
  const taken: Round[][] = contestants.map(() => []);
  for (let i = -warmUp; i < rounds; i++) {
    for (const [place, contestant] of contestants.entries()) {
      const round = await takeRound(contestant);
      if (i >= 0) taken[place]?.push(round);
    }
  }
  return taken;
}

async function takeRound({ server, load }: Contestant): Promise<Round> {
  const before = await cpuUs(server);
  const result = await load();
  const used = (await cpuUs(server)) - before;
  return {
    ...result,
    serverUs: used / result.requests,
    serverCpu: used / 1e6 / result.seconds,
  };
}

async function cpuUs(server: Child): Promise<number> {
  return ((await server.ask({})) as CpuAnswer).cpuUs;
}

/** The medians of rounds of Charter and of what it is held against, as a table shows them. */
export function comparisonOf(charter: readonly Round[], bare: readonly Round[]): Detail[] {
  return [
    { who: "Charter", ...figuresOf(charter) },
    { who: "bare", ...figuresOf(bare) },
  ];
}

export function figuresOf(rounds: readonly Round[]): Record<string, string> {
  const of = (read: (round: Round) => number) => median(rounds.map(read));
  return {
    "requests/s": Math.round(of(perSecond)).toLocaleString("en"),
    p50: `${of((round) => round.p50Ms).toFixed(2)} ms`,
    p99: `${of((round) => round.p99Ms).toFixed(2)} ms`,
    "CPU each": `${of((round) => round.serverUs).toFixed(1)} µs`,
    "server busy": `${Math.round(of((round) => round.serverCpu) * 100)} %`,
    "generator busy": `${Math.round(of((round) => round.generatorCpu) * 100)} %`,
  };
}

/** The median ratio of rounds that ran next to each other. */
export function ratioOf(
  rounds: readonly Round[],
  against: readonly Round[],
  read: (round: Round) => number = perSecond,
): number {
  return median(
    rounds.flatMap((round, i) => {
      const other = against[i];
      return other === undefined ? [] : [read(round) / read(other)];
    }),
  );
}

export function perSecond(round: Round): number {
  return round.requests / round.seconds;
}
