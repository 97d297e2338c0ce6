import type { DescMessage, Message } from "@bufbuild/protobuf";
import { type ReflectMessage, reflect } from "@bufbuild/protobuf/reflect";
import type { CoverageCounts } from "./report.ts";

/** Collects what the laws have tried of one binding. */
export interface Coverage {
  /** A message that was sent, or seen on the subject. */
  tried(message: Message): void;
  /** A rule that was broken on purpose, as `path rule`. */
  ruleBroken(name: string): void;
  /** A release whose messages were tried. */
  version(semver: string): void;
  counts(): CoverageCounts;
}

/** @param rules every rule of the type that can be broken, as `path rule` */
export function createCoverage(desc: DescMessage, rules: readonly string[]): Coverage {
  const declared = new Set(fieldPaths(desc));
  const tried = new Set<string>();
  const broken = new Set<string>();
  const versions = new Set<string>();
  return {
    tried(message) {
      if (tried.size < declared.size) addPaths(tried, reflect(desc, message), "");
    },
    ruleBroken: (name) => broken.add(name),
    version: (semver) => versions.add(semver),
    counts: () => ({
      fields: {
        tried: [...tried].filter((path) => declared.has(path)).length,
        declared: declared.size,
      },
      rules: {
        tried: rules.filter((name) => broken.has(name)).length,
        declared: rules.length,
      },
      versions: [...versions],
    }),
  };
}

/** The paths of all fields; a type that is within itself is not entered again. */
function fieldPaths(
  desc: DescMessage,
  prefix = "",
  around: ReadonlySet<string> = new Set(),
): string[] {
  if (around.has(desc.typeName)) return [];
  const inside = new Set([...around, desc.typeName]);
  return desc.fields.flatMap((field) => {
    const path = `${prefix}${field.name}`;
    const within = field.message;
    return within === undefined ? [path] : [path, ...fieldPaths(within, `${path}.`, inside)];
  });
}

function addPaths(paths: Set<string>, message: ReflectMessage, prefix: string): void {
  for (const field of message.fields) {
    if (!message.isSet(field)) continue;
    const path = `${prefix}${field.name}`;
    paths.add(path);
    if (field.fieldKind === "message") addPaths(paths, message.get(field), `${path}.`);
    if (field.fieldKind === "list" && field.listKind === "message") {
      for (const item of message.get(field)) addPaths(paths, item as ReflectMessage, `${path}.`);
    }
    if (field.fieldKind === "map" && field.mapKind === "message") {
      for (const [, item] of message.get(field))
        addPaths(paths, item as ReflectMessage, `${path}.`);
    }
  }
}
