import { type DescEnum, type DescMessage, type FileRegistry, toJson } from "@bufbuild/protobuf";
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
    if (type.kind === "enum") {
      const proto = toJson(EnumDescriptorProtoSchema, type.proto, { registry });
      return canonicalJson([type.typeName, type.open, sortNumbered(proto, "value")]);
    }
    // Nested types have digests of their own; map entries stay, as they are part of a field.
    const proto = {
      ...type.proto,
      nestedType: type.proto.nestedType.filter((nested) => nested.options?.mapEntry === true),
      enumType: [],
    };
    return canonicalJson([
      type.typeName,
      // Presence depends on the file's syntax, which the message does not hold.
      type.fields
        .map((field) => [field.number, field.presence])
        .sort((a, b) => Number(a[0]) - Number(b[0])),
      sortNumbered(toJson(DescriptorProtoSchema, proto, { registry }), "field"),
    ]);
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

/** Orders the numbered elements of a descriptor's JSON. */
function sortNumbered(json: unknown, key: "field" | "value"): unknown {
  const all = (json as Record<string, unknown>)[key];
  if (!Array.isArray(all)) return json;
  const sorted = [...(all as { number?: number }[])].sort(
    (a, b) => (a.number ?? 0) - (b.number ?? 0),
  );
  return { ...(json as Record<string, unknown>), [key]: sorted };
}

function remember<K, V>(memory: Map<K, V>, key: K, make: () => V): V {
  const known = memory.get(key);
  if (known !== undefined) return known;
  const made = make();
  memory.set(key, made);
  return made;
}
