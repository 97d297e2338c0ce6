import { catalogue, familyOf } from "../contract-tests/catalogue/catalogue.ts";
import { lawPage } from "../contract-tests/catalogue/law-page.ts";

/** The pages of the laws by the names of their files, with an index. */
export function lawPages(): ReadonlyMap<string, string> {
  const rows = [...catalogue.values()].map(
    (entry) =>
      `| [\`${entry.id}\`](${entry.id}.md) | ${familyOf(entry)} | ${entry.title} | ${entry.minimum ?? "–"} |`,
  );
  const index = [
    "# The laws of contract tests",
    "",
    "What [a run](../../README.md) holds a service against. `charter explain LAW` prints the page of a law.",
    "",
    "| law | family | a service that keeps it | fewest samples |",
    "|---|---|---|---|",
    ...rows,
    "",
  ];
  return new Map([
    ["README.md", index.join("\n")],
    ...[...catalogue.values()].map((entry) => [`${entry.id}.md`, `${lawPage(entry)}\n`] as const),
  ]);
}
