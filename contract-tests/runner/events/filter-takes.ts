/** Whether every subject of `inner`, which may have wildcards itself, matches a filter of NATS. */
export function filterTakes(filter: string, inner: string): boolean {
  const outer = filter.split(".");
  const tokens = inner.split(".");
  for (const [i, token] of outer.entries()) {
    if (token === ">") return tokens.length > i;
    const other = tokens[i];
    if (other === undefined || other === ">" || (token !== "*" && token !== other)) return false;
  }
  return outer.length === tokens.length;
}
