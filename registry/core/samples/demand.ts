/** What a message must hold beside what its rules ask for: fields that must be there, and tokens. */
export interface Demand {
  /** The field's value must fit in a subject. */
  readonly token: boolean;
  /** By proto name; in a list or a map the demand is on the items. */
  readonly fields: ReadonlyMap<string, Demand>;
}

export interface DemandedPath {
  readonly path: readonly string[];
  readonly token: boolean;
}

/** Joins paths of field names to one demand. */
export function demandOf(paths: readonly DemandedPath[]): Demand {
  const heads = new Map<string, DemandedPath[]>();
  for (const { path, token } of paths) {
    const [head, ...rest] = path;
    if (head === undefined) continue;
    heads.set(head, [...(heads.get(head) ?? []), { path: rest, token }]);
  }
  return {
    token: paths.some(({ path, token }) => path.length === 0 && token),
    fields: new Map([...heads].map(([head, rest]) => [head, demandOf(rest)])),
  };
}

export const noDemand: Demand = demandOf([]);

export function demandsNothing(demand: Demand): boolean {
  return !demand.token && demand.fields.size === 0;
}
