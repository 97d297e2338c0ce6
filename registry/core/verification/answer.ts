/** Three, because a question without evidence has no yes. */
export const answers = ["yes", "no", "not_known"] as const;
export type Answer = (typeof answers)[number];

/** An answer with its reason, and what to do where it is no yes. */
export interface Reasoned {
  readonly answer: Answer;
  /** A sentence. */
  readonly reason: string;
  /** The command that mends it or finds it out, or null where it is a yes. */
  readonly command: string | null;
}

/** A no outweighs what is not known. Nothing at all is not known. */
export function answerOf(all: readonly Pick<Reasoned, "answer">[]): Answer {
  if (all.some(({ answer }) => answer === "no")) return "no";
  if (all.length === 0 || all.some(({ answer }) => answer === "not_known")) return "not_known";
  return "yes";
}
