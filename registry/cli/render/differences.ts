import type { Difference } from "../../core/diff/difference.ts";
import type { Look, Style } from "./style.ts";

/** Differences as a person reads them: what is new, what changed, what is gone. */
export function renderDifferences(
  differences: readonly Difference[],
  locate: (difference: Difference) => string,
  style: Style,
): string {
  if (differences.length === 0) return "no difference in meaning";
  const parts = (["added", "changed", "removed"] as const).flatMap((change) => {
    const some = differences.filter((each) => each.change === change);
    if (some.length === 0) return [];
    return [
      [style("bold", change), ...elementsOf(some).map((each) => render(each, locate, style))],
    ];
  });
  return [...parts.map((lines) => lines.join("\n")), countOf(differences)].join("\n\n");
}

/** The differences of each element together, in the order in which they came. */
function elementsOf(differences: readonly Difference[]): readonly (readonly Difference[])[] {
  const byElement = new Map<string, Difference[]>();
  for (const difference of differences) {
    const key = `${difference.kind} ${difference.element}`;
    const known = byElement.get(key);
    if (known === undefined) byElement.set(key, [difference]);
    else known.push(difference);
  }
  return [...byElement.values()];
}

function render(
  differences: readonly Difference[],
  locate: (difference: Difference) => string,
  style: Style,
): string {
  const [first] = differences;
  if (first === undefined) return "";
  const { kind, element, place } = first;
  const where = style("dim", `${locate(first)}:${place.line}`);
  const lines = differences.flatMap((difference) => linesOf(difference, style));
  return [`  ${kind} ${element}  ${where}`, ...lines].join("\n");
}

function linesOf({ property, before, after }: Difference, style: Style): string[] {
  if (property !== null) return [`    ${property}: ${before ?? "none"} → ${after ?? "none"}`];
  const [mark, look, words]: [string, Look, string | null] =
    after === null ? ["-", "red", before] : ["+", "green", after];
  return words === null ? [] : [style(look, `    ${mark} ${words}`)];
}

function countOf(differences: readonly Difference[]): string {
  const counts = (["added", "changed", "removed"] as const).map((change) => {
    const some = differences.filter((each) => each.change === change);
    return `${elementsOf(some).length} ${change}`;
  });
  return counts.join(", ");
}
