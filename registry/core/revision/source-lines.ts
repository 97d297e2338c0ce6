import type {
  DescEnum,
  DescEnumValue,
  DescExtension,
  DescField,
  DescFile,
  DescMessage,
  DescMethod,
  DescOneof,
  DescService,
} from "@bufbuild/protobuf";
import type { Place } from "../binding/binding.ts";

export type Element =
  | DescMessage
  | DescField
  | DescOneof
  | DescEnum
  | DescEnumValue
  | DescExtension
  | DescService
  | DescMethod;

/** The lines that an element spans, first and last, counted from 1. */
export interface Span {
  readonly first: number;
  readonly last: number;
}

/** Where each element of a file stands. Lines and columns count from 1. */
export interface SourceLines {
  /** An element's first line; line 1 without source info. */
  place(element: Element): Place;
  /** Null without source info. */
  span(element: Element): Span | null;
  /** The innermost element at a position, or null. */
  at(line: number, column: number): Element | null;
}

/** The field numbers of descriptor.proto that a path of SourceCodeInfo is made of. */
const path = {
  file: { message: 4, enum: 5, service: 6, extension: 7 },
  message: { field: 2, message: 3, enum: 4, extension: 6, oneof: 8 },
  enum: { value: 2 },
  service: { method: 2 },
};

type Located = readonly [element: Element, path: string];

function* elementsOf(file: DescFile): Generator<Located> {
  for (const [i, each] of file.messages.entries()) {
    yield* messageWithParts(each, `${path.file.message}.${i}`);
  }
  for (const [i, each] of file.enums.entries()) {
    yield* enumWithValues(each, `${path.file.enum}.${i}`);
  }
  for (const [i, each] of file.extensions.entries()) yield [each, `${path.file.extension}.${i}`];
  for (const [i, service] of file.services.entries()) {
    const at = `${path.file.service}.${i}`;
    yield [service, at];
    for (const [j, rpc] of service.methods.entries()) {
      yield [rpc, `${at}.${path.service.method}.${j}`];
    }
  }
}

function* messageWithParts(message: DescMessage, at: string): Generator<Located> {
  yield [message, at];
  const { proto } = message;
  // Linked messages leave out map entries and the oneofs of optional fields; their paths do not.
  const places = { nested: positions(proto.nestedType), oneof: positions(proto.oneofDecl) };
  const fields = positions(proto.field);
  for (const each of message.fields) {
    yield [each, `${at}.${path.message.field}.${fields.get(each.proto)}`];
  }
  for (const each of message.oneofs) {
    yield [each, `${at}.${path.message.oneof}.${places.oneof.get(each.proto)}`];
  }
  for (const [i, each] of message.nestedExtensions.entries()) {
    yield [each, `${at}.${path.message.extension}.${i}`];
  }
  for (const [i, each] of message.nestedEnums.entries()) {
    yield* enumWithValues(each, `${at}.${path.message.enum}.${i}`);
  }
  for (const each of message.nestedMessages) {
    yield* messageWithParts(each, `${at}.${path.message.message}.${places.nested.get(each.proto)}`);
  }
}

function* enumWithValues(type: DescEnum, at: string): Generator<Located> {
  yield [type, at];
  for (const [i, value] of type.values.entries()) yield [value, `${at}.${path.enum.value}.${i}`];
}

function positions<T>(all: readonly T[]): ReadonlyMap<T, number> {
  return new Map(all.map((each, i) => [each, i]));
}

interface Stretch extends Span {
  readonly firstColumn: number;
  readonly lastColumn: number;
}

/** A span of SourceCodeInfo counts from 0, and has three numbers when it ends on its first line. */
function stretchOf(span: readonly number[]): Stretch {
  const [first = 0, firstColumn = 0, third = 0, fourth] = span;
  return fourth === undefined
    ? { first: first + 1, firstColumn: firstColumn + 1, last: first + 1, lastColumn: third + 1 }
    : { first: first + 1, firstColumn: firstColumn + 1, last: third + 1, lastColumn: fourth + 1 };
}

/**
 * Reads a file's source info once, whatever is asked of it afterwards: a report of thousands of
 * findings asks for as many positions.
 */
export function sourceLines(file: DescFile): SourceLines {
  const known = cache.get(file);
  if (known !== undefined) return known;
  const byPath = new Map<string, Stretch>();
  for (const location of file.proto.sourceCodeInfo?.location ?? []) {
    byPath.set(location.path.join("."), stretchOf(location.span));
  }
  const spans = new Map<Element, Stretch>();
  for (const [element, at] of elementsOf(file)) {
    const span = byPath.get(at);
    if (span !== undefined) spans.set(element, span);
  }
  const name = `${file.name}.proto`;
  const lines: SourceLines = {
    place: (element) => ({ file: name, line: spans.get(element)?.first ?? 1 }),
    span: (element) => spans.get(element) ?? null,
    at: positionFinder(spans),
  };
  cache.set(file, lines);
  return lines;
}

/** Descriptors never change. */
const cache = new WeakMap<DescFile, SourceLines>();

/** Elements nest like brackets, so the innermost is the last that begins before a position. */
function positionFinder(spans: ReadonlyMap<Element, Stretch>): SourceLines["at"] {
  const starts = [...spans].sort(
    ([, a], [, b]) =>
      a.first - b.first ||
      a.firstColumn - b.firstColumn ||
      b.last - a.last ||
      b.lastColumn - a.lastColumn,
  );
  return (line, column) => {
    let low = 0;
    let high = starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const span = starts[middle]?.[1];
      if (span !== undefined && isBefore(line, column, span.first, span.firstColumn)) high = middle;
      else low = middle + 1;
    }
    let element = starts[low - 1]?.[0];
    while (element !== undefined) {
      const span = spans.get(element);
      if (span !== undefined && isBefore(line, column, span.last, span.lastColumn)) return element;
      element = outerOf(element, spans);
    }
    return null;
  };
}

/** What an element stands in: of a field of a oneof, the oneof. */
function outerOf(element: Element, spans: ReadonlyMap<Element, Stretch>): Element | undefined {
  if (element.kind === "field" && element.oneof !== undefined && spans.has(element.oneof)) {
    return element.oneof;
  }
  return element.kind === "service" ? undefined : element.parent;
}

function isBefore(line: number, column: number, otherLine: number, otherColumn: number): boolean {
  return line < otherLine || (line === otherLine && column < otherColumn);
}
