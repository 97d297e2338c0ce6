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
  /** Whether a position lies in an element. */
  contains(element: Element, line: number, column: number): boolean;
  /** Whether one element lies in another. */
  within(inner: Element, outer: Element): boolean;
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

interface Span {
  readonly first: number;
  readonly firstColumn: number;
  readonly last: number;
  readonly lastColumn: number;
}

/** A span of SourceCodeInfo counts from 0, and has three numbers when it ends on its first line. */
function spanOf(span: readonly number[]): Span {
  const [first = 0, firstColumn = 0, third = 0, fourth] = span;
  return fourth === undefined
    ? { first: first + 1, firstColumn: firstColumn + 1, last: first + 1, lastColumn: third + 1 }
    : { first: first + 1, firstColumn: firstColumn + 1, last: third + 1, lastColumn: fourth + 1 };
}

/** Reads a file's source info once. */
export function sourceLines(file: DescFile): SourceLines {
  const known = cache.get(file);
  if (known !== undefined) return known;
  const spans = new Map<string, Span>();
  for (const location of file.proto.sourceCodeInfo?.location ?? []) {
    spans.set(location.path.join("."), spanOf(location.span));
  }
  const name = `${file.name}.proto`;
  const find = (element: Element) => spans.get(pathOf(element).join(".")) ?? null;
  const lines: SourceLines = {
    place: (element) => ({ file: name, line: find(element)?.first ?? 1 }),
    span: find,
    contains(element, line, column) {
      const span = find(element);
      return (
        span !== null &&
        !isBefore(line, column, span.first, span.firstColumn) &&
        isBefore(line, column, span.last, span.lastColumn)
      );
    },
    within(inner, outer) {
      const a = find(inner);
      const b = find(outer);
      return (
        a !== null &&
        b !== null &&
        !isBefore(a.first, a.firstColumn, b.first, b.firstColumn) &&
        !isBefore(b.last, b.lastColumn, a.last, a.lastColumn)
      );
    },
  };
  cache.set(file, lines);
  return lines;
}

/** Descriptors never change, so a file's lines are read once however many findings it has. */
const cache = new WeakMap<DescFile, SourceLines>();

function isBefore(line: number, column: number, otherLine: number, otherColumn: number): boolean {
  return line < otherLine || (line === otherLine && column < otherColumn);
}
