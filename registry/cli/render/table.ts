import type { Style } from "./style.ts";

/** Rows under a heading, each column as wide as its longest cell. */
export function renderTable(
  heading: readonly string[],
  rows: readonly (readonly string[])[],
  style: Style,
): string {
  const widths = heading.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) =>
        column === cells.length - 1 ? cell : cell.padEnd(widths[column] ?? 0),
      )
      .join("  ")
      .trimEnd();
  return [style("bold", line(heading)), ...rows.map(line)].join("\n");
}

/** Names and values in two columns; a value of several lines stays in its column. */
export function renderPairs(pairs: readonly (readonly [string, string])[], style: Style): string {
  const width = Math.max(...pairs.map(([name]) => name.length));
  return pairs
    .map(([name, value]) => {
      const indented = value.replaceAll("\n", `\n${" ".repeat(width + 4)}`);
      return `  ${style("dim", name.padEnd(width))}  ${indented}`;
    })
    .join("\n");
}
