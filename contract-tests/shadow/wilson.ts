/** The 97.5 % point of the normal distribution: 95 % lie between it and its opposite. */
const z = 1.959963984540054;

export interface Bounds {
  readonly lower: number;
  readonly upper: number;
}

/**
 * Wilson's score interval of a rate at 95 %: E. B. Wilson, "Probable Inference, the Law of
 * Succession, and Statistical Inference", JASA 22 (1927), 209-212. Unlike the textbook's interval it
 * is no single point where all agree. Without any trial it is the whole range.
 */
export function wilson(hits: number, trials: number): Bounds {
  if (trials === 0) return { lower: 0, upper: 1 };
  const rate = hits / trials;
  const spread = (z * z) / trials;
  const middle = (rate + spread / 2) / (1 + spread);
  const half = (z * Math.sqrt((rate * (1 - rate)) / trials + spread / (4 * trials))) / (1 + spread);
  // Rounding must not leave a rate of one below its own upper bound.
  return {
    lower: hits === 0 ? 0 : middle - half,
    upper: hits === trials ? 1 : middle + half,
  };
}

/**
 * How many trials put a wanted rate outside of the interval when the observed rate stays; null when
 * the two are equal. The bounds are the roots of `(rate - wanted)² = z² wanted (1 - wanted) / trials`.
 *
 * @param wanted between 0 and 1, without both
 */
export function trialsToDecide(rate: number, wanted: number): number | null {
  if (rate === wanted) return null;
  // A rounding error of the last digit must not cost a trial more.
  return Math.ceil((z * z * wanted * (1 - wanted)) / (rate - wanted) ** 2 - 1e-6);
}

export type Decision = "enough" | "too few equal" | "not known";

/** Whether a rate is known to be at least what is wanted, or known not to be. */
export function decide({ lower, upper }: Bounds, wanted: number): Decision {
  if (lower >= wanted) return "enough";
  return upper < wanted ? "too few equal" : "not known";
}
