import {
  type DescEnum,
  type DescField,
  type DescMessage,
  type FileRegistry,
  toJson,
} from "@bufbuild/protobuf";
import { DescriptorProtoSchema, EnumDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { canonicalJson, digestOf } from "./digest.ts";

/**
 * Digests and closures of linked types. Two types have equal digests when they have the same
 * meaning: file text, comments, the order of fields and of options do not count.
 */
export interface TypeGraph {
  /** A type's own digest, without the types that it refers to. */
  digest(typeName: string): string;
  /** A type with every type that it refers to, directly or not, in the order of names. */
  closure(typeName: string): readonly string[];
  /** The digest of a type with its closure. */
  closureDigest(typeName: string): string;
}

/** @param registry linked descriptors; unknown type names have no closure but themselves */
export function typeGraph(registry: FileRegistry): TypeGraph {
  const digests = new Map<string, string>();
  const closures = new Map<string, readonly string[]>();
  const closureDigests = new Map<string, string>();

  function digest(typeName: string): string {
    return remember(digests, typeName, () => {
      const type = registry.getMessage(typeName) ?? registry.getEnum(typeName);
      return type === undefined ? digestOf(`unknown ${typeName}`) : digestOf(shape(type));
    });
  }

  function shape(type: DescMessage | DescEnum): string {
    return canonicalJson(type.kind === "enum" ? enumShape(type) : messageShape(type));
  }

  function enumShape(type: DescEnum): unknown {
    const proto = toJson(EnumDescriptorProtoSchema, type.proto, { registry }) as Parts;
    // A closed enum's default is its first value; of several names for a number, the first counts.
    const value = (proto.value ?? []).toSorted((a, b) => numberOf(a) - numberOf(b));
    return [type.typeName, type.open, type.values[0]?.number, inAnyOrder({ ...proto, value })];
  }

  function messageShape(type: DescMessage): unknown {
    const proto = {
      ...type.proto,
      // Nested types have digests of their own; map entries stay, as they are part of a field.
      nestedType: type.proto.nestedType.filter((nested) => nested.options?.mapEntry === true),
      enumType: [],
      // A oneof is known by its name; its place among others is a matter of layout.
      field: type.proto.field.map((field) => ({ ...field, oneofIndex: 0 })),
    };
    const json = toJson(DescriptorProtoSchema, proto, { registry }) as Parts;
    return [type.typeName, inAnyOrder({ ...json, meant: type.fields.map(meant) })];
  }

  function closure(typeName: string): readonly string[] {
    return remember(closures, typeName, () => {
      const seen = new Set<string>();
      const open = [typeName];
      for (let at = open.pop(); at !== undefined; at = open.pop()) {
        if (seen.has(at)) continue;
        seen.add(at);
        open.push(...references(registry.getMessage(at)));
      }
      return [...seen].sort();
    });
  }

  return {
    digest,
    closure,
    closureDigest: (typeName) =>
      remember(closureDigests, typeName, () => digestOf(closure(typeName).map(digest).join("\n"))),
  };
}

function references(message: DescMessage | undefined): string[] {
  return (message?.fields ?? []).flatMap((field) => {
    const type = field.message ?? field.enum;
    return type === undefined ? [] : [type.typeName];
  });
}

/** What a field means beside its own text, by its file's syntax and features and by its oneof. */
function meant(field: DescField): unknown {
  return [
    field.number,
    field.presence,
    field.utf8Validation,
    field.fieldKind === "list" && field.packed,
    "delimitedEncoding" in field && field.delimitedEncoding,
    field.oneof?.name ?? null,
  ];
}

/** The JSON of a descriptor, as far as its order is looked at. */
type Parts = Readonly<Record<string, readonly unknown[] | undefined>>;

/** Parts whose order in the source means nothing. */
const unordered = [
  "field",
  "meant",
  "nestedType",
  "oneofDecl",
  "extension",
  "extensionRange",
  "reservedRange",
  "reservedName",
];

function inAnyOrder(parts: Parts): unknown {
  const sorted = unordered.flatMap((key) => {
    const all = parts[key];
    return all === undefined ? [] : [[key, all.map(canonicalJson).toSorted()] as const];
  });
  return { ...parts, ...Object.fromEntries(sorted) };
}

function numberOf(value: unknown): number {
  return (value as { number?: number }).number ?? 0;
}

function remember<K, V>(memory: Map<K, V>, key: K, make: () => V): V {
  const known = memory.get(key);
  if (known !== undefined) return known;
  const made = make();
  memory.set(key, made);
  return made;
}
