import { type DescField, type DescMessage, type Message, ScalarType } from "@bufbuild/protobuf";
import { type ReflectMessage, reflect } from "@bufbuild/protobuf/reflect";
import { FeatureSet_FieldPresence } from "@bufbuild/protobuf/wkt";

/** In what two replies may differ. Paths are of proto names, through lists and maps without indices. */
export interface Allowance {
  mayDiffer(path: string, field: DescField): boolean;
  /** By how much numbers may differ, by their paths. */
  readonly tolerance: Readonly<Record<string, number>>;
}

/** The first field in which two messages differ. */
export interface Difference {
  /** With indices and keys: `items[2].price`. */
  readonly path: string;
  readonly first: string;
  readonly second: string;
}

/** Compares two messages of a type field by field. What the type does not know is not compared. */
export function differenceOf(
  desc: DescMessage,
  first: Message,
  second: Message,
  { mayDiffer, tolerance }: Allowance,
): Difference | null {
  const at: At = {
    shown: "",
    path: "",
    mayDiffer,
    tolerance: new Map(Object.entries(tolerance)),
  };
  return ofMessages(reflect(desc, first), reflect(desc, second), at);
}

interface At {
  /** With indices, for the reader. */
  readonly shown: string;
  /** Without, for the rules. */
  readonly path: string;
  readonly mayDiffer: Allowance["mayDiffer"];
  readonly tolerance: ReadonlyMap<string, number>;
}

function ofMessages(first: ReflectMessage, second: ReflectMessage, at: At): Difference | null {
  for (const field of first.fields) {
    const dot = at.path === "" ? "" : ".";
    const path = `${at.path}${dot}${field.name}`;
    if (at.mayDiffer(path, field)) continue;
    const difference = ofFields(field, first, second, {
      ...at,
      path,
      shown: `${at.shown}${dot}${field.name}`,
    });
    if (difference !== null) return difference;
  }
  return null;
}

function ofFields(
  field: DescField,
  first: ReflectMessage,
  second: ReflectMessage,
  at: At,
): Difference | null {
  const isThere = [first.isSet(field), second.isSet(field)] as const;
  if (!isThere[0] && !isThere[1]) return null;
  switch (field.fieldKind) {
    case "list":
      return ofLists(field, [...first.get(field)], [...second.get(field)], at);
    case "map":
      return ofMaps(field, new Map(first.get(field)), new Map(second.get(field)), at);
    default: {
      // Without presence, unset is the default value.
      const hasPresence =
        field.presence !== FeatureSet_FieldPresence.IMPLICIT || field.fieldKind === "message";
      if (hasPresence && isThere[0] !== isThere[1]) {
        const [a, b] = isThere.map((is, i) =>
          is ? shown((i === 0 ? first : second).get(field)) : "nothing",
        );
        return { path: at.shown, first: a ?? "", second: b ?? "" };
      }
      return ofValues(field, first.get(field), second.get(field), at);
    }
  }
}

function ofLists(
  field: DescField,
  first: readonly unknown[],
  second: readonly unknown[],
  at: At,
): Difference | null {
  const shorter = Math.min(first.length, second.length);
  for (let i = 0; i < shorter; i++) {
    const difference = ofValues(field, first[i], second[i], { ...at, shown: `${at.shown}[${i}]` });
    if (difference !== null) return difference;
  }
  if (first.length === second.length) return null;
  return { path: at.shown, first: `${first.length} items`, second: `${second.length} items` };
}

function ofMaps(
  field: DescField,
  first: ReadonlyMap<unknown, unknown>,
  second: ReadonlyMap<unknown, unknown>,
  at: At,
): Difference | null {
  for (const key of new Set([...first.keys(), ...second.keys()])) {
    const inside = { ...at, shown: `${at.shown}[${shown(key)}]` };
    if (!first.has(key) || !second.has(key)) {
      const [a, b] = [first, second].map((map) => (map.has(key) ? shown(map.get(key)) : "nothing"));
      return { path: inside.shown, first: a ?? "", second: b ?? "" };
    }
    const difference = ofValues(field, first.get(key), second.get(key), inside);
    if (difference !== null) return difference;
  }
  return null;
}

function ofValues(field: DescField, first: unknown, second: unknown, at: At): Difference | null {
  if (field.message !== undefined) {
    return ofMessages(first as ReflectMessage, second as ReflectMessage, at);
  }
  const tolerance = at.tolerance.get(at.path) ?? 0;
  const isFloat = field.scalar === ScalarType.FLOAT;
  return isEqual(first, second, tolerance, isFloat)
    ? null
    : { path: at.shown, first: shown(first), second: shown(second) };
}

function isEqual(a: unknown, b: unknown, tolerance: number, isFloat: boolean): boolean {
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b) === 0;
  if (typeof a === "bigint" && typeof b === "bigint") {
    return a === b || Number(a > b ? a - b : b - a) <= tolerance;
  }
  if (typeof a === "number" && typeof b === "number") {
    // JSON has more digits of a float than its bytes can hold.
    const [x, y] = isFloat ? [Math.fround(a), Math.fround(b)] : [a, b];
    return Object.is(x, y) || x === y || Math.abs(x - y) <= tolerance;
  }
  return a === b;
}

/** Characters of a value that are shown. */
const shownLength = 200;

function shown(value: unknown): string {
  if (typeof value === "string") return cut(JSON.stringify(value));
  if (value instanceof Uint8Array) return cut(`0x${Buffer.from(value).toString("hex")}`);
  if (typeof value === "object" && value !== null && "desc" in value) {
    return `a ${(value as ReflectMessage).desc.typeName}`;
  }
  return cut(String(value));
}

function cut(text: string): string {
  return text.length > shownLength ? `${text.slice(0, shownLength)} …` : text;
}
