import type { DescFile, FileRegistry } from "@bufbuild/protobuf";
import { allMessages } from "../binding/read-bindings.ts";
import type { SchemaFile } from "../revision/digest.ts";
import { type Element, type SourceLines, sourceLines } from "../revision/source-lines.ts";
import type { Change } from "./change.ts";

/** A finding as buf prints it. The path is missing where a whole file or package is gone. */
export interface BufFinding {
  readonly path: string | null;
  readonly line: number;
  readonly column: number;
  readonly rule: string;
  readonly message: string;
}

/** One side of a comparison: linked descriptors with source info, and the text of the files. */
export interface Side {
  readonly registry: FileRegistry;
  readonly files: ReadonlyMap<string, string>;
}

/** @param files a module's files */
export function sideOf(registry: FileRegistry, files: readonly SchemaFile[]): Side {
  return { registry, files: new Map(files.map((file) => [file.path, file.content])) };
}

/** Gives buf's finding the full name, the texts before and after, and a place in any case. */
export function locate(finding: BufFinding, before: Side, after: Side): Change {
  const here = finding.path === null ? null : innermost(after, finding.path, finding);
  const gone = deleted(finding, before, here);
  const common = { rule: finding.rule, message: tidy(finding.message) };
  if (gone !== null) {
    const place = before.registry.getFile(gone.file) && placeIn(before, gone);
    return {
      ...common,
      element: gone.name,
      place:
        finding.path === null || here === null
          ? { side: "baseline", file: gone.file, line: place?.line ?? 1, column: 1 }
          : { side: "proposal", file: finding.path, line: finding.line, column: finding.column },
      before: gone.element === null ? null : textOf(before, gone.element),
      after: null,
    };
  }
  const file = finding.path ?? "";
  const old = here === null ? null : counterpart(before.registry, here);
  return {
    ...common,
    element: here === null ? file : nameOf(here),
    place: { side: "proposal", file, line: finding.line, column: finding.column },
    before: old === null ? null : textOf(before, old),
    after: here === null ? null : textOf(after, here),
  };
}

/** What buf says was there before, by its message; null when nothing was deleted. */
interface Gone {
  readonly name: string;
  readonly file: string;
  readonly element: Element | null;
}

function deleted(finding: BufFinding, before: Side, here: Element | null): Gone | null {
  const match =
    /^Previously present (file|package|message|enum|service|extension|field|enum value|RPC|oneof) "([^"]+)"/.exec(
      finding.message,
    );
  if (match === null) return null;
  const [, kind = "", id = ""] = match;
  if (kind === "file") return { name: id, file: id, element: null };
  if (kind === "package") {
    const file = [...before.files.keys()].find(
      (path) => before.registry.getFile(path)?.proto.package === id,
    );
    return { name: id, file: file ?? "", element: null };
  }
  if (kind === "message" || kind === "enum" || kind === "service" || kind === "extension") {
    const named = /from package "([^"]*)"/.exec(finding.message)?.[1];
    const owner = named ?? before.registry.getFile(finding.path ?? "")?.proto.package ?? "";
    const name = owner === "" ? id : `${owner}.${id}`;
    const element =
      before.registry.getMessage(name) ??
      before.registry.getEnum(name) ??
      before.registry.getService(name);
    return { name, file: pathOf(element) ?? finding.path ?? "", element: element ?? null };
  }
  const parent = here === null ? null : counterpart(before.registry, here);
  if (parent === null) return null;
  const element = childOf(parent, kind, id);
  return {
    name: element === null ? `${nameOf(parent)}.${id}` : nameOf(element),
    file: pathOf(parent) ?? finding.path ?? "",
    element,
  };
}

function childOf(parent: Element, kind: string, id: string): Element | null {
  if (parent.kind === "message" && kind === "field") {
    return parent.fields.find((field) => field.number === Number(id)) ?? null;
  }
  if (parent.kind === "enum")
    return parent.values.find((value) => value.number === Number(id)) ?? null;
  if (parent.kind === "service") return parent.methods.find((method) => method.name === id) ?? null;
  return null;
}

/** The element of the other side with the same identity: a number in its parent, or a full name. */
function counterpart(registry: FileRegistry, element: Element): Element | null {
  switch (element.kind) {
    case "field":
      return (
        registry
          .getMessage(element.parent.typeName)
          ?.fields.find((f) => f.number === element.number) ?? null
      );
    case "enum_value":
      return (
        registry
          .getEnum(element.parent.typeName)
          ?.values.find((v) => v.number === element.number) ?? null
      );
    case "rpc":
      return (
        registry
          .getService(element.parent.typeName)
          ?.methods.find((m) => m.name === element.name) ?? null
      );
    case "message":
      return registry.getMessage(element.typeName) ?? null;
    case "enum":
      return registry.getEnum(element.typeName) ?? null;
    case "service":
      return registry.getService(element.typeName) ?? null;
  }
}

/** The full name: `bodybroker.npc.v1.PlanRequest.npc_id`. */
export function nameOf(element: Element): string {
  return "typeName" in element ? element.typeName : `${element.parent.typeName}.${element.name}`;
}

function pathOf(element: Element | undefined): string | null {
  if (element === undefined) return null;
  const file = "file" in element ? element.file : element.parent.file;
  return `${file.name}.proto`;
}

function* elementsOf(file: DescFile): Generator<Element> {
  for (const message of allMessages(file.messages)) {
    yield message;
    yield* message.fields;
    for (const nested of message.nestedEnums) yield* withValues(nested);
  }
  for (const each of file.enums) yield* withValues(each);
  for (const service of file.services) {
    yield service;
    yield* service.methods;
  }
}

function* withValues(type: Extract<Element, { kind: "enum" }>): Generator<Element> {
  yield type;
  yield* type.values;
}

/** The smallest element of a file that spans a line; of several on one line, the nearest column. */
function innermost(side: Side, path: string, at: { line: number; column: number }): Element | null {
  const file = side.registry.getFile(path);
  if (file === undefined) return null;
  const lines: SourceLines = sourceLines(file);
  let best: Element | null = null;
  for (const element of elementsOf(file)) {
    if (lines.contains(element, at.line, at.column)) {
      if (best === null || lines.within(element, best)) best = element;
    }
  }
  return best;
}

function placeIn(side: Side, gone: Gone): { line: number } | null {
  const file = side.registry.getFile(gone.file);
  return file === undefined || gone.element === null ? null : sourceLines(file).place(gone.element);
}

/** An element's source on one line: a field, value or rpc whole, a type by its head. */
function textOf(side: Side, element: Element): string | null {
  const path = pathOf(element) ?? "";
  const file = side.registry.getFile(path);
  const text = side.files.get(path);
  if (file === undefined || text === undefined) return null;
  const span = sourceLines(file).span(element);
  if (span === null) return null;
  const isType =
    element.kind === "message" || element.kind === "enum" || element.kind === "service";
  const lines = text.split("\n").slice(span.first - 1, isType ? span.first : span.last);
  const line = lines.map((each) => each.trim()).join(" ");
  return line.length > shownLength ? `${line.slice(0, shownLength)}…` : line;
}

const shownLength = 200;

/** buf appends links to some messages; the rule's page says more. */
function tidy(message: string): string {
  return message.replace(/ See https?:.*$/, "");
}
