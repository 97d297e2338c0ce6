import { ranked } from "../core/nearest-words.ts";
import { editDistance } from "../core/subject/nearest.ts";

/** Two letters swapped are two edits; with three, short verbs would resemble everything. */
const typoEdits = 2;

/**
 * The commands that a mistyped one most resembles, by all its words or by its last, since people
 * forget the noun: `check` finds `module check`. None when nothing is near.
 *
 * @param typed the words of the command line up to the one that is unknown
 */
export function nearestCommands(
  typed: readonly string[],
  commands: readonly string[],
): readonly string[] {
  const last = typed[typed.length - 1] ?? "";
  const score = (name: string) =>
    Math.min(
      editDistance(typed.join(" "), name),
      ...name.split(" ").map((word) => editDistance(last, word)),
    );
  return ranked(
    commands.filter((name) => score(name) <= typoEdits),
    score,
  ).slice(0, 3);
}
