import type { Style } from "./style.ts";

/** Lines that two texts do not share, with some around them. */
export function renderDifference(before: string, after: string, style: Style): string {
  const lines = difference(before.trimEnd().split("\n"), after.trimEnd().split("\n"));
  const isNear = (i: number) =>
    lines.slice(Math.max(0, i - around), i + around + 1).some(({ mark }) => mark !== " ");
  return lines
    .flatMap(({ mark, text }, i) => {
      if (!isNear(i)) return isNear(i - 1) && i > 0 ? ["  …"] : [];
      const line = `${mark} ${text}`.trimEnd();
      return [mark === "-" ? style("red", line) : mark === "+" ? style("green", line) : line];
    })
    .join("\n");
}

const around = 2;

interface Line {
  readonly mark: " " | "-" | "+";
  readonly text: string;
}

/** The shortest way from one list to the other, by the longest list that is in both. */
function difference(before: readonly string[], after: readonly string[]): readonly Line[] {
  const width = after.length + 1;
  // How many lines are shared from here on, for each pair of places.
  const shared = new Uint32Array((before.length + 1) * width);
  const at = (i: number, j: number) => shared[i * width + j] ?? 0;
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      shared[i * width + j] =
        before[i] === after[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const lines: Line[] = [];
  for (let i = 0, j = 0; i < before.length || j < after.length; ) {
    if (i < before.length && j < after.length && before[i] === after[j]) {
      lines.push({ mark: " ", text: before[i++] ?? "" });
      j++;
    } else if (j >= after.length || (i < before.length && at(i + 1, j) >= at(i, j + 1))) {
      lines.push({ mark: "-", text: before[i++] ?? "" });
    } else {
      lines.push({ mark: "+", text: after[j++] ?? "" });
    }
  }
  return lines;
}
