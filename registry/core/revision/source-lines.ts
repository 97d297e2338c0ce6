import type {
  DescEnum,
  DescEnumValue,
  DescField,
  DescFile,
  DescMessage,
  DescMethod,
  DescService,
} from "@bufbuild/protobuf";
import type { Place } from "../binding/binding.ts";

export type Element = DescMessage | DescField | DescEnum | DescEnumValue | DescService | DescMethod;

/** Where each element of a file stands. Lines and columns count from 1. */
export interface SourceLines {
  place(element: Element): Place;
  /** The lines that an element spans, first and last, or null without source info. */
  span(element: Element): { readonly first: number; readonly last: number } | null;
}

/** The field numbers of descriptor.proto that a path of SourceCodeInfo is made of. */
const path = {
  message: 4,
  enum: 5,
  service: 6,
  field: 2,
  nested: 3,
  nestedEnum: 4,
  value: 2,
  method: 2,
};

function pathOf(element: Element): number[] {
  switch (element.kind) {
    case "message": {
      const parent = element.parent;
      return parent === undefined
        ? [path.message, indexOf(element.file.messages, element)]
        : [...pathOf(parent), path.nested, parent.proto.nestedType.indexOf(element.proto)];
    }
    case "enum": {
      const parent = element.parent;
      return parent === undefined
        ? [path.enum, indexOf(element.file.enums, element)]
        : [...pathOf(parent), path.nestedEnum, parent.proto.enumType.indexOf(element.proto)];
    }
    case "service":
      return [path.service, indexOf(element.file.services, element)];
    case "field":
      return [
        ...pathOf(element.parent),
        path.field,
        element.parent.proto.field.indexOf(element.proto),
      ];
    case "enum_value":
      return [
        ...pathOf(element.parent),
        path.value,
        element.parent.proto.value.indexOf(element.proto),
      ];
    case "rpc":
      return [...pathOf(element.parent), path.method, indexOf(element.parent.methods, element)];
  }
}

function indexOf<T>(all: readonly T[], one: T): number {
  return all.indexOf(one);
}

/** Reads a file's source info once. */
export function sourceLines(file: DescFile): SourceLines {
  const spans = new Map<string, readonly number[]>();
  for (const location of file.proto.sourceCodeInfo?.location ?? []) {
    spans.set(location.path.join("."), location.span);
  }
  const name = `${file.name}.proto`;
  const spanOf = (element: Element) => spans.get(pathOf(element).join("."));
  return {
    place: (element) => ({ file: name, line: (spanOf(element)?.[0] ?? 0) + 1 }),
    span(element) {
      const span = spanOf(element);
      if (span === undefined) return null;
      const first = (span[0] ?? 0) + 1;
      // A span has three numbers when it ends on its first line, else four.
      return { first, last: span.length === 3 ? first : (span[2] ?? 0) + 1 };
    },
  };
}
