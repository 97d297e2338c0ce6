/** How far two subjects are from each other: edits of whole tokens, letters within a token. */
function distance(a: readonly string[], b: readonly string[]): number {
  let total = Math.abs(a.length - b.length) * 4;
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const x = a[i] ?? "";
    const y = b[i] ?? "";
    if (x === y || y.startsWith("{")) continue;
    total += Math.min(4, editDistance(x, y));
  }
  return total;
}

/** Levenshtein's distance. */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** The known patterns that an unknown subject most resembles, nearest first. */
export function nearestPatterns(
  subject: string,
  patterns: Iterable<string>,
  count = 3,
): readonly string[] {
  const tokens = subject.split(".");
  const scored: { pattern: string; score: number }[] = [];
  for (const pattern of patterns) {
    const parts = pattern.split(/\.(?![^{]*\})/);
    scored.push({ pattern, score: distance(tokens, parts) });
  }
  scored.sort((a, b) => a.score - b.score || (a.pattern < b.pattern ? -1 : 1));
  return scored.slice(0, count).map((each) => each.pattern);
}
