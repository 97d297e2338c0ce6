import type { DescFile, DescMessage, MessageShape } from "@bufbuild/protobuf";
import { createRegistry } from "@bufbuild/protobuf";
import { toText } from "@bufbuild/protobuf/txtpb";

/** Prints the options of one element as `name = value`; a message value takes several lines. */
export type OptionPrinter = <Desc extends DescMessage>(
  schema: Desc,
  options: MessageShape<Desc> | undefined,
) => string[];

/** Knows the custom options that the file and its imports declare. */
export function optionPrinter(file: DescFile): OptionPrinter {
  const registry = createRegistry(...withImports(file, new Set()));
  return (schema, options) => {
    if (!options) return [];
    // The text format is what protobuf source uses inside of an option's braces. The library
    // writes one field a line, so that an entry starts where a line is not indented.
    const text = toText(schema, options, { registry, printUnknownFields: true });
    refuseUnknown(schema, text);
    return text
      .split(/\n(?=[^\s}])/)
      .map((entry) => entry.trimEnd())
      .filter((entry) => entry !== "")
      .map(asOption);
  };
}

/** `deprecated: true` → `deprecated = true`; `[buf.validate.field]: {…}` → `(…field) = {…}`. */
function asOption(entry: string): string {
  return entry.replace(/^(?:\[([^\]]+)\]|(\w+)): /, (_, extension?: string, name?: string) =>
    extension ? `(${extension}) = ` : `${name} = `,
  );
}

function refuseUnknown(schema: DescMessage, text: string): void {
  const unknown = /^\s*(\d+):/m.exec(text);
  if (!unknown) return;
  throw new Error(
    `cannot print field ${unknown[1]} of an option in ${schema.typeName}: neither the file nor ` +
      "its imports declare it; import the file that does",
  );
}

function withImports(file: DescFile, seen: Set<DescFile>): Set<DescFile> {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const dependency of file.dependencies) withImports(dependency, seen);
  return seen;
}
