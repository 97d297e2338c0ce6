/** One measured thing, and the bar of DESIGN, "How good", that it is held against. */
export interface BenchRow {
  readonly name: string;
  /** The figure that the bar is about: a ratio, seconds or megabytes. */
  readonly value: number;
  readonly unit: "×" | "s" | "MB";
  readonly bar: { readonly atLeast: number } | { readonly atMost: number };
  /** Figures behind the value, one line for each thing that was measured. */
  readonly details: readonly Detail[];
}

/** `{ who: "Charter", p50: "0.41 ms" }` */
export type Detail = Readonly<Record<string, string>>;

/** Whether a row meets its bar. */
export function meetsBar({ value, bar }: BenchRow): boolean {
  return "atLeast" in bar ? value >= bar.atLeast : value <= bar.atMost;
}

/** The rows as a person reads them. */
export function tableOf(rows: readonly BenchRow[]): string {
  const width = Math.max(...rows.map(({ name }) => name.length));
  return rows.flatMap((row) => [lineOf(row, width), ...row.details.map(detailLine)]).join("\n");
}

function lineOf(row: BenchRow, width: number): string {
  const { name, value, unit, bar } = row;
  const limit = "atLeast" in bar ? `≥ ${bar.atLeast}` : `≤ ${bar.atMost}`;
  const mark = meetsBar(row) ? "ok  " : "MISS";
  const shown = unit === "MB" ? value.toFixed(0) : value.toFixed(2);
  return `${mark}  ${name.padEnd(width)}  ${shown} ${unit}  (${limit} ${unit})`;
}

function detailLine({ who = "", ...figures }: Detail): string {
  const shown = Object.entries(figures).map(([name, figure]) => `${name} ${figure}`);
  return `        ${who.padEnd(8)} ${shown.join("  ")}`;
}
