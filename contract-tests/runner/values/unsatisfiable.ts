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
  const samples = fc.sample(arbitrary, { numRuns: probes, seed: 1 });
  if (!samples.some(passes)) {
    throw new Unsatisfiable(`none of ${probes} generated values keeps ${rule}`);
  }
  return arbitrary.filter(passes);
}
