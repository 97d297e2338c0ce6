import fc from "fast-check";

/** No valid value could be made. The message says of which rule, as part of a sentence. */
export class Unsatisfiable extends Error {
  override readonly name = "Unsatisfiable";
}

/** One valid value in so many is the least that filtering can live with. */
const probes = 300;

/**
 * An arbitrary whose values all pass the test. It is tried out first, because a filter that
 * nothing passes would run for ever.
 */
export function filtered<T>(
  arbitrary: fc.Arbitrary<T>,
  passes: (value: T) => boolean,
  rule: string,
): fc.Arbitrary<T> {
  // Most often one of the first few passes; making many is what takes the time.
  for (const numRuns of [4, probes]) {
    if (fc.sample(arbitrary, { numRuns, seed: 1 }).some(passes)) return arbitrary.filter(passes);
  }
  throw new Unsatisfiable(`none of ${probes} generated values keeps ${rule}`);
}
