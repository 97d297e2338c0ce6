/** Something that `init` has to say to a person. */
export interface Note {
  /**
   * `refused`: a registry would not take it. `undecided`: somebody who knows must decide. `said`:
   * good to know.
   */
  readonly kind: "refused" | "undecided" | "said";
  readonly where:
    | { readonly file: string; readonly line?: number }
    /** Full names of services or fields. */
    | { readonly elements: readonly string[] };
  /** What is the matter, and what to do. */
  readonly text: string;
}
