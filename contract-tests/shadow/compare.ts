import { type DescField, type DescMessage, type Message, ScalarType } from "@bufbuild/protobuf";
import { type ReflectMessage, reflect } from "@bufbuild/protobuf/reflect";
import { FeatureSet_FieldPresence } from "@bufbuild/protobuf/wkt";

/** In what two replies may differ. Paths are of proto names, through lists and maps without indices. */
export interface Allowance {
  readonly ignore: readonly string[];
  readonly tolerance: Readonly<Record<string, number>>;
}

/** The first field in which two messages differ. */
export interface Difference {
  /** With indices and keys: `items[2].price`. */
  readonly path: string;
  readonly http: string;
  readonly nats: string;
}

/** Compares two messages of a type field by field. What the type does not know is not compared. */
export function differenceOf(
  desc: DescMessage,
  http: Message,
  nats: Message,
  allowance: Allowance,
): Difference | null {
  const at: At = {
    shown: "",
    path: "",
    ignored: new Set(allowance.ignore),
    tolerance: new Map(Object.entries(allowance.tolerance)),
  };
  return ofMessages(reflect(desc, http), reflect(desc, nats), at);
}

interface At {
  /** With indices, for the reader. */
  readonly shown: string;
  /** Without, for the rules. */
  readonly path: string;
  readonly ignored: ReadonlySet<string>;
  readonly tolerance: ReadonlyMap<string, number>;
}

function ofMessages(http: ReflectMessage, nats: ReflectMessage, at: At): Difference | null {
  for (const field of http.fields) {
    const dot = at.path === "" ? "" : ".";
    const path = `${at.path}${dot}${field.name}`;
    if (at.ignored.has(path)) continue;
    const difference = ofFields(field, http, nats, {
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
  http: ReflectMessage,
  nats: ReflectMessage,
  at: At,
): Difference | null {
  const isThere = [http.isSet(field), nats.isSet(field)] as const;
  if (!isThere[0] && !isThere[1]) return null;
  switch (field.fieldKind) {
    case "list":
      return ofLists(field, [...http.get(field)], [...nats.get(field)], at);
    case "map":
      return ofMaps(field, new Map(http.get(field)), new Map(nats.get(field)), at);
    default: {
      // Without presence, unset is the default value.
      const hasPresence =
        field.presence !== FeatureSet_FieldPresence.IMPLICIT || field.fieldKind === "message";
      if (hasPresence && isThere[0] !== isThere[1]) {
        const [a, b] = isThere.map((is, i) =>
          is ? shown((i === 0 ? http : nats).get(field)) : "nothing",
        );
        return { path: at.shown, http: a ?? "", nats: b ?? "" };
      }
      return ofValues(field, http.get(field), nats.get(field), at);
    }
  }
}

function ofLists(
  field: DescField,
  http: readonly unknown[],
  nats: readonly unknown[],
  at: At,
): Difference | null {
  const shorter = Math.min(http.length, nats.length);
  for (let i = 0; i < shorter; i++) {
    const difference = ofValues(field, http[i], nats[i], { ...at, shown: `${at.shown}[${i}]` });
    if (difference !== null) return difference;
  }
  if (http.length === nats.length) return null;
  return { path: at.shown, http: `${http.length} items`, nats: `${nats.length} items` };
}

function ofMaps(
  field: DescField,
  http: ReadonlyMap<unknown, unknown>,
  nats: ReadonlyMap<unknown, unknown>,
  at: At,
): Difference | null {
  for (const key of new Set([...http.keys(), ...nats.keys()])) {
    const inside = { ...at, shown: `${at.shown}[${shown(key)}]` };
    if (!http.has(key) || !nats.has(key)) {
      const [a, b] = [http, nats].map((map) => (map.has(key) ? shown(map.get(key)) : "nothing"));
      return { path: inside.shown, http: a ?? "", nats: b ?? "" };
    }
    const difference = ofValues(field, http.get(key), nats.get(key), inside);
    if (difference !== null) return difference;
  }
  return null;
}

function ofValues(field: DescField, http: unknown, nats: unknown, at: At): Difference | null {
  if (field.message !== undefined) {
    return ofMessages(http as ReflectMessage, nats as ReflectMessage, at);
  }
  const tolerance = at.tolerance.get(at.path) ?? 0;
  const isFloat = field.scalar === ScalarType.FLOAT;
  return isEqual(http, nats, tolerance, isFloat)
    ? null
    : { path: at.shown, http: shown(http), nats: shown(nats) };
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
