import { editDistance } from "./subject/nearest.ts";

/** The known words that an unknown one most resembles, nearest first. */
export function nearestWords(word: string, words: Iterable<string>, count = 3): readonly string[] {
  return ranked([...words], (each) => editDistance(word, each)).slice(0, count);
}

/** Words by their score, the lowest first. */
export function ranked(
  words: readonly string[],
  score: (word: string) => number,
): readonly string[] {
  return words
    .map((word) => ({ word, score: score(word) }))
    .sort((a, b) => a.score - b.score || (a.word < b.word ? -1 : 1))
    .map(({ word }) => word);
}
