/** The nearest-rank quantile: the smallest of the samples that a share `q` of them do not exceed. */
export function quantile(sorted: readonly number[], q: number): number {
  const rank = Math.min(sorted.length, Math.max(1, Math.ceil(q * sorted.length)));
  return sorted[rank - 1] ?? Number.NaN;
}

/**
 * How likely at least `hits` of `tries` are when each is a hit with the probability `p`: the upper tail
 * of the binomial distribution, summed exactly.
 */
export function chanceOfAtLeast(hits: number, tries: number, p: number): number {
  let below = 0;
  let term = (1 - p) ** tries;
  for (let k = 0; k < hits; k++) {
    below += term;
    term *= ((tries - k) / (k + 1)) * (p / (1 - p));
  }
  return Math.max(0, 1 - below);
}
