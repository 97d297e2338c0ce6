import { hash } from "node:crypto";
import type { DescField, DescMessage } from "@bufbuild/protobuf";
import { BinaryReader, BinaryWriter, WireType } from "@bufbuild/protobuf/wire";

/** Makes the key of an encoded request: the same for requests that are equal to the contract. */
export type RequestKey = (payload: Uint8Array) => string;

/**
 * For requests of a type, but for the fields that are left out, by their paths. A hash, so that
 * keys are short, and tell nobody what was asked.
 */
export function requestKey(schema: DescMessage, ignores: readonly string[]): RequestKey {
  const layout = layoutOf(schema, ignores, new Map());
  return (payload) => hash("sha256", canonical(layout, payload), "base64url");
}

/** What has to be done to the fields of a message, by their numbers; others stay as they are. */
type Layout = ReadonlyMap<number, Treatment>;

type Treatment =
  | { readonly kind: "left out" }
  | { readonly kind: "message"; readonly layout: Layout }
  | { readonly kind: "map"; readonly layout: Layout };

/**
 * The payload of an equal message, the same for all messages that are equal. Fields are written by
 * number as it is; entries of maps are not, but as they were put in.
 */
function canonical(layout: Layout, payload: Uint8Array): Uint8Array {
  if (layout.size === 0) return payload;
  const reader = new BinaryReader(payload);
  const writer = new BinaryWriter();
  let entries: Uint8Array[] = [];
  let entriesOf = 0;
  const writeEntries = () => {
    for (const entry of entries.sort(Buffer.compare)) {
      writer.tag(entriesOf, WireType.LengthDelimited).bytes(entry);
    }
    entries = [];
  };
  while (reader.pos < reader.len) {
    const start = reader.pos;
    const [number, wireType] = reader.tag();
    const treatment = layout.get(number);
    if (number !== entriesOf) writeEntries();
    if (treatment === undefined || treatment.kind === "left out" || wireType !== delimited) {
      reader.skip(wireType, number);
      if (treatment?.kind !== "left out") writer.raw(payload.subarray(start, reader.pos));
      continue;
    }
    const content = canonical(treatment.layout, reader.bytes());
    if (treatment.kind === "map") {
      entriesOf = number;
      entries.push(content);
    } else writer.tag(number, delimited).bytes(content);
  }
  writeEntries();
  return writer.finish();
}

const delimited = WireType.LengthDelimited;

/** `known` has the layouts of types whole, which can hold themselves. */
function layoutOf(
  schema: DescMessage,
  ignores: readonly string[],
  known: Map<DescMessage, Layout>,
): Layout {
  const found = ignores.length === 0 ? known.get(schema) : undefined;
  if (found !== undefined) return found;
  const layout = new Map<number, Treatment>();
  if (ignores.length === 0) known.set(schema, layout);
  for (const field of schema.fields) {
    const treatment = treatmentOf(field, ignores, known);
    if (treatment !== null) layout.set(field.number, treatment);
  }
  return layout;
}

function treatmentOf(
  field: DescField,
  ignores: readonly string[],
  known: Map<DescMessage, Layout>,
): Treatment | null {
  if (ignores.includes(field.name)) return { kind: "left out" };
  if (field.fieldKind === "map") {
    const value = field.mapKind === "message" && hasMaps(field.message) ? field.message : null;
    // An entry is a message of the key, which is field 1, and the value, which is field 2.
    const layout: Layout =
      value === null
        ? new Map()
        : new Map([[2, { kind: "message", layout: layoutOf(value, [], known) }]]);
    return { kind: "map", layout };
  }
  if (field.message === undefined) return null;
  const within = `${field.name}.`;
  const inner = ignores.flatMap((path) => {
    return path.startsWith(within) ? [path.slice(within.length)] : [];
  });
  if (inner.length === 0 && !hasMaps(field.message)) return null;
  return { kind: "message", layout: layoutOf(field.message, inner, known) };
}

/** Whether a message can hold a map, however deep. */
function hasMaps(schema: DescMessage, seen: Set<DescMessage> = new Set()): boolean {
  if (seen.has(schema)) return false;
  seen.add(schema);
  return schema.fields.some(
    ({ fieldKind, message }) =>
      fieldKind === "map" || (message !== undefined && hasMaps(message, seen)),
  );
}
