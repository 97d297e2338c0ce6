import { limits } from "./limits.ts";

/** Something that is wrong in a contract file. Line and column are counted from 1. */
export interface ContractFileProblem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** The keys that lead to it, what was expected, and the nearest word. */
  readonly message: string;
}

/** Contract files that cannot be used. The message has a line for each problem, with its place. */
export class ContractFileError extends Error {
  override readonly name = "ContractFileError";
  readonly problems: readonly ContractFileProblem[];
  constructor(problems: readonly ContractFileProblem[]) {
    const shown = problems.slice(0, limits.problems);
    const more = problems.length - shown.length;
    super([...shown.map(lineOf), ...(more > 0 ? [`and ${more} more`] : [])].join("\n"));
    this.problems = problems;
  }
}

function lineOf({ file, line, column, message }: ContractFileProblem): string {
  const text = message.replace(/\p{Cc}/gu, " ");
  const cut =
    text.length > limits.problemLength ? `${text.slice(0, limits.problemLength)} …` : text;
  return `${file}:${line}:${column}: ${cut}`;
}
