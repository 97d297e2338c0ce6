/** How far two messages in proto3 JSON are apart: leaves that differ, then by how much they do. */
export type Distance = readonly [leaves: number, amount: number];

/** Leaves of one message that are compared; a larger one is judged by its first ones. */
const mostLeaves = 2000;

export function distanceOf(a: unknown, b: unknown): Distance {
  const left = leavesOf(a);
  const right = leavesOf(b);
  let leaves = 0;
  let amount = 0;
  for (const path of new Set([...left.keys(), ...right.keys()])) {
    const apart = leafDistance(left.get(path), right.get(path));
    if (apart > 0) leaves++;
    amount += apart;
  }
  return [leaves, amount];
}

/** Remembers messages that kept a law, and which of them is most like one that did not. */
export interface Kept {
  /** @param json makes the message in proto3 JSON, if it is asked for */
  add(json: () => unknown): void;
  /** The most similar one, or null when there was none. */
  nearestTo(message: unknown): unknown;
}

/** Of a search and its shrinking. The last ones are the most like the smallest case. */
const mostKept = 128;

export function createKept(): Kept {
  const kept: (() => unknown)[] = [];
  return {
    add(json) {
      kept.push(json);
      if (kept.length > mostKept) kept.shift();
    },
    nearestTo(message) {
      let nearest: { readonly json: unknown; readonly at: Distance } | null = null;
      for (const make of kept) {
        const json = make();
        if (json === null) continue;
        const at = distanceOf(json, message);
        if (nearest === null || isNearer(at, nearest.at)) nearest = { json, at };
      }
      return nearest?.json ?? null;
    },
  };
}

function isNearer(a: Distance, b: Distance): boolean {
  return a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]);
}

function leavesOf(json: unknown): ReadonlyMap<string, unknown> {
  const leaves = new Map<string, unknown>();
  const visit = (value: unknown, path: string) => {
    if (leaves.size >= mostLeaves) return;
    const entries = typeof value === "object" && value !== null ? Object.entries(value) : [];
    if (entries.length === 0) leaves.set(path, value);
    for (const [name, each] of entries) visit(each, `${path}/${name}`);
  };
  visit(json, "");
  return leaves;
}

/** From 0 for equal ones to 1 for those that have nothing in common. */
function leafDistance(a: unknown, b: unknown): number {
  if (a === b) return 0;
  const [x, y] = [numberOf(a), numberOf(b)];
  if (x !== null && y !== null) {
    const apart = Math.abs(x - y);
    return apart / (1 + apart);
  }
  if (typeof a !== "string" || typeof b !== "string") return isEmpty(a) && isEmpty(b) ? 0 : 1;
  const longest = Math.max(a.length, b.length);
  return (longest - commonEnds(a, b)) / longest;
}

/** 64-bit integers are strings in proto3 JSON. */
function numberOf(leaf: unknown): number | null {
  if (typeof leaf === "number") return leaf;
  return typeof leaf === "string" && /^-?\d{1,20}$/.test(leaf) ? Number(leaf) : null;
}

function isEmpty(leaf: unknown): boolean {
  return leaf === undefined || (typeof leaf === "object" && leaf !== null);
}

/** Characters that two texts share at their beginning and at their end. */
function commonEnds(a: string, b: string): number {
  const shortest = Math.min(a.length, b.length);
  let start = 0;
  while (start < shortest && a[start] === b[start]) start++;
  let end = 0;
  while (end < shortest - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  return start + end;
}
