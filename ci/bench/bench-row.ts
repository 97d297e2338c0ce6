/** One measured thing, and the bar of DESIGN, "How good", that it is held against. */
export interface BenchRow {
  readonly name: string;
  /** The figure that the bar is about. */
  readonly value: number;
  readonly unit: Unit;
  /** Null for what is shown to be known, and held against nothing. */
  readonly bar: { readonly atLeast: number } | { readonly atMost: number } | null;
  /** Figures behind the value, one line for each thing that was measured. */
  readonly details: readonly Detail[];
}

/** A ratio, seconds, milliseconds, megabytes, a rate, or a share of 1. */
export type Unit = "×" | "s" | "ms" | "MB" | "/s" | "share";

/** `{ who: "Charter", p50: "0.41 ms" }` */
export type Detail = Readonly<Record<string, string>>;

/** Whether a row meets its bar; null when it has none. */
export function meetsBar({ value, bar }: BenchRow): boolean | null {
  if (bar === null) return null;
  return "atLeast" in bar ? value >= bar.atLeast : value <= bar.atMost;
}

/** The rows as a person reads them. */
export function tableOf(rows: readonly BenchRow[]): string {
  const width = Math.max(...rows.map(({ name }) => name.length));
  return rows.flatMap((row) => [lineOf(row, width), ...row.details.map(detailLine)]).join("\n");
}

function lineOf(row: BenchRow, width: number): string {
  const { name, value, unit, bar } = row;
  const shown =
    unit === "MB" || unit === "/s" ? Math.round(value).toLocaleString("en") : value.toFixed(2);
  const limit =
    bar === null ? "" : `  (${"atLeast" in bar ? `≥ ${bar.atLeast}` : `≤ ${bar.atMost}`} ${unit})`;
  return `${marks[`${meetsBar(row)}`]}  ${name.padEnd(width)}  ${shown} ${unit}${limit}`;
}

const marks: Readonly<Record<string, string>> = { true: "ok  ", false: "MISS", null: "    " };

function detailLine({ who = "", ...figures }: Detail): string {
  const shown = Object.entries(figures).map(([name, figure]) => `${name} ${figure}`);
  return `        ${who.padEnd(8)} ${shown.join("  ")}`;
}
