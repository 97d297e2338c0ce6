/** What a generator of load saw in one round. */
export interface LoadResult {
  readonly requests: number;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** What the generator itself used of one core: near 1, it measured itself. */
  readonly generatorCpu: number;
}

/** Counts one round. It starts when it is made. */
export function startRound() {
  const latenciesMs: number[] = [];
  const cpu = process.cpuUsage();
  const from = performance.now();
  return {
    record: (ms: number) => void latenciesMs.push(ms),
    end(): LoadResult {
      const ms = performance.now() - from;
      const { user, system } = process.cpuUsage(cpu);
      const sorted = Float64Array.from(latenciesMs).sort();
      return {
        requests: sorted.length,
        seconds: ms / 1000,
        p50Ms: percentile(sorted, 0.5),
        p99Ms: percentile(sorted, 0.99),
        generatorCpu: (user + system) / 1000 / ms,
      };
    },
  };
}

function percentile(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** The middle of some numbers. */
export function median(values: readonly number[]): number {
  return percentile(Float64Array.from(values).sort(), 0.5);
}
