/** Bounds on contract files that the schema does not hold, each with its reason. */
export const limits = {
  /** Characters of a file: two hundred examples of a kilobyte, and read within a second. */
  fileLength: 256 * 1024,
  /** Files of a run: one for each of the subjects of a large module. */
  files: 200,
  /** Maps and lists inside of each other: six around an example's message, and 26 levels of it. */
  depth: 32,
  /** Problems of one run that are shown: a reader mends the first ones and runs again. */
  problems: 50,
  /** Characters of a problem: it quotes names out of the file. */
  problemLength: 500,
} as const;
