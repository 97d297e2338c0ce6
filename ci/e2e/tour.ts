import { readFileSync } from "node:fs";

/** One command of the README's tour, with the output that it promises. */
export interface TourStop {
  /** `charter`'s arguments. */
  readonly args: readonly string[];
  readonly output: string;
  /** Whether it runs in a copy of the protos in which a field was deleted. */
  readonly deletesField: boolean;
}

const block = /<!-- tour(: delete-field)? -->\n```console\n\$ npx charter (.*)\n([\s\S]*?)```/g;

/** The console blocks of the README that are marked as its tour. */
export function readTour(readme: string): readonly TourStop[] {
  const text = readFileSync(readme, "utf8");
  return [...text.matchAll(block)].map(([, mark, command = "", output = ""]) => ({
    args: command.split(" "),
    output,
    deletesField: mark !== undefined,
  }));
}

/** Output without what differs from run to run: times, the id of a run, and how many events a stream holds. */
export function timeless(output: string): string {
  return output
    .replace(/\b\d+\.\d s\b/g, "… s")
    .replace(/\brun [A-Za-z0-9]+/g, "run …")
    .replace(/\bE1 \d+/g, "E1 …")
    .trimEnd();
}
