import type { Migration, MigrationRow, ModuleReport } from "../../core/gate/report.ts";
import type { Style } from "./style.ts";

/** What a module brings that breaks nothing: what is new, and what v2 makes of v1. Often nothing. */
export function renderNews({ additions, migrations }: ModuleReport, style: Style): string[] {
  const shown = additions.slice(0, shownAdditions);
  const more = additions.length - shown.length;
  return [
    ...shown.map(({ kind, element }) => style("dim", `  + ${kind} ${element}`)),
    ...(more > 0 ? [style("dim", `  + ${more} more`)] : []),
    ...migrations.flatMap((migration) => renderMigration(migration, style)),
  ];
}

/** A new package has hundreds of additions; the JSON has them all. */
const shownAdditions = 12;

const changes = ["changed", "renamed", "gone", "new", "same"] as const;

function renderMigration({ from, to, rows }: Migration, style: Style): string[] {
  const counts = changes.flatMap((change) => {
    const count = rows.filter((row) => row.change === change).length;
    return count === 0 ? [] : [`${count} ${change}`];
  });
  const told = rows.filter((row) => row.change !== "same");
  return [
    `  ${style("bold", `${from} → ${to}`)}: ${counts.join(", ")}`,
    ...changes.flatMap((change) => told.filter((row) => row.change === change).flatMap(renderRow)),
  ];
}

function renderRow({ change, before, after, notes }: MigrationRow): string[] {
  const names =
    before === null || after === null || before === after
      ? (before ?? after)
      : `${before} → ${after}`;
  return [`    ${change.padEnd(7)}  ${names}`, ...notes.map((note) => `             ${note}`)];
}
