/**
 * Draws of Zipf's law with s = 1, from 0 on: k comes up 1/(k + 1) times as often as 0, as pages and
 * worlds do. The same draws each time.
 */
export function zipfDraws(kinds: number, draws: number): Uint32Array {
  const upTo = new Float64Array(kinds);
  let sum = 0;
  for (let k = 0; k < kinds; k++) {
    sum += 1 / (k + 1);
    upTo[k] = sum;
  }
  const random = seededRandom(20_261_126);
  return Uint32Array.from({ length: draws }, () => firstAbove(upTo, random() * sum));
}

/** The index of the first of some growing numbers that is above a number. */
function firstAbove(growing: Float64Array, number: number): number {
  let from = 0;
  let to = growing.length - 1;
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((growing[middle] ?? 0) > number) to = middle;
    else from = middle + 1;
  }
  return from;
}

/** Numbers from 0 to below 1, by Mulberry32. */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
