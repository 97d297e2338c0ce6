/** Something that `init` has to say to a person. */
export interface Note {
  /**
   * `refused`: a registry would not take it. `undecided`: somebody who knows must decide. `said`:
   * good to know.
   */
  readonly kind: "refused" | "undecided" | "said";
  /** A file, or a file and a line. */
  readonly where: string;
  /** What is the matter, and what to do. */
  readonly text: string;
}
