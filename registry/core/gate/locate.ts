import type { FileRegistry } from "@bufbuild/protobuf";
import type { SchemaFile } from "../revision/digest.ts";
import { type Element, sourceLines } from "../revision/source-lines.ts";
import type { Change } from "./change.ts";

/** A finding as buf prints it. The path is missing where a whole file or package is gone. */
export interface BufFinding {
  readonly path: string | null;
  readonly line: number;
  readonly column: number;
  readonly rule: string;
  readonly message: string;
}

/** One side of a comparison: linked descriptors with source info, and the lines of the files. */
export interface Side {
  readonly registry: FileRegistry;
  readonly files: ReadonlyMap<string, readonly string[]>;
}

/** @param files a module's files */
export function sideOf(registry: FileRegistry, files: readonly SchemaFile[]): Side {
  return { registry, files: new Map(files.map((file) => [file.path, file.content.split("\n")])) };
}

/** Gives buf's finding the full name, the texts before and after, and a place in any case. */
export function locate(finding: BufFinding, before: Side, after: Side): Change {
  const here = elementAt(finding, after);
  const gone = deleted(finding, before, here);
  const common = { rule: finding.rule, message: tidy(finding.message) };
  if (gone !== null) {
    return {
      ...common,
      element: gone.name,
      place:
        finding.path === null || here === null
          ? { side: "baseline", file: gone.file, line: lineOf(gone.element), column: 1 }
          : { side: "proposal", file: finding.path, line: finding.line, column: finding.column },
      before: gone.element === null ? null : textOf(before, gone.element),
      after: null,
    };
  }
  const file = finding.path ?? "";
  const rpc = here === null ? rpcNamed(finding, after) : null;
  const now = here ?? rpc;
  const old = now === null ? null : counterpart(before.registry, now);
  const { line, column } = rpc === null ? finding : { line: lineOf(rpc), column: 1 };
  return {
    ...common,
    element: now === null ? file : nameOf(now),
    place: { side: "proposal", file, line, column },
    before: old === null ? null : textOf(before, old),
    after: now === null ? null : textOf(after, now),
  };
}

/** What a finding points at in the proposal; null for what is no element, such as an option. */
function elementAt({ path, line, column, rule }: BufFinding, after: Side): Element | null {
  // What concerns a whole file may stand at its beginning, where an element may begin as well.
  if (path === null || rule.startsWith("FILE_")) return null;
  const file = after.registry.getFile(path);
  return file === undefined ? null : sourceLines(file).at(line, column);
}

/** buf points at the file's beginning where an rpc lost an option. */
function rpcNamed({ path, message }: BufFinding, after: Side): Element | null {
  const [, rpc, service] = /^RPC "([^"]+)" on service "([^"]+)"/.exec(message) ?? [];
  const file = path === null ? undefined : after.registry.getFile(path);
  const found = file?.services.find((each) => each.name === service);
  return found?.methods.find((each) => each.name === rpc) ?? null;
}

/** What buf says was there before, by its message; null when nothing was deleted. */
interface Gone {
  readonly name: string;
  readonly file: string;
  readonly element: Element | null;
}

const previously =
  /^Previously present (file|package|message|enum|service|extension|field|enum value|RPC|oneof) "([^"]+)"/;

function deleted(finding: BufFinding, before: Side, here: Element | null): Gone | null {
  const match = previously.exec(finding.message);
  if (match === null) return null;
  const [, kind = "", id = ""] = match;
  switch (kind) {
    case "file":
      return { name: id, file: id, element: null };
    case "package":
      return { name: id, file: firstFileOf(before, id), element: null };
    case "message":
    case "enum":
    case "service":
    case "extension":
      return deletedType(finding, before, id);
    default: {
      const parent = here === null ? null : counterpart(before.registry, here);
      const element = parent === null ? null : partOf(parent, kind, id);
      return parent === null || element === null
        ? null
        : { name: nameOf(element), file: filePathOf(parent), element };
    }
  }
}

function firstFileOf({ files, registry }: Side, protoPackage: string): string {
  const paths = [...files.keys()];
  return paths.find((path) => registry.getFile(path)?.proto.package === protoPackage) ?? "";
}

/** @param id the name within its package: `Outer.Inner` */
function deletedType(finding: BufFinding, before: Side, id: string): Gone {
  const named = /from package "([^"]*)"/.exec(finding.message)?.[1];
  const owner = named ?? before.registry.getFile(finding.path ?? "")?.proto.package ?? "";
  const name = owner === "" ? id : `${owner}.${id}`;
  const { registry } = before;
  const element =
    registry.getMessage(name) ??
    registry.getEnum(name) ??
    registry.getService(name) ??
    registry.getExtension(name) ??
    null;
  return { name, file: element === null ? (finding.path ?? "") : filePathOf(element), element };
}

/** @param id what buf calls it: the number of a field or a value, the name of an rpc or a oneof */
function partOf(parent: Element, kind: string, id: string): Element | null {
  const number = Number(id);
  switch (kind) {
    case "field":
      return fieldsOf(parent).find((field) => field.number === number) ?? null;
    case "oneof":
      return oneofsOf(parent).find((oneof) => oneof.name === id) ?? null;
    case "enum value":
      return valuesOf(parent).find((value) => value.number === number) ?? null;
    default:
      return methodsOf(parent).find((method) => method.name === id) ?? null;
  }
}

const fieldsOf = (of: Element | undefined) => (of?.kind === "message" ? of.fields : []);
const oneofsOf = (of: Element | undefined) => (of?.kind === "message" ? of.oneofs : []);
const valuesOf = (of: Element | undefined) => (of?.kind === "enum" ? of.values : []);
const methodsOf = (of: Element | undefined) => (of?.kind === "service" ? of.methods : []);

/** The element of the other side with the same identity: a number in its parent, or a full name. */
function counterpart(registry: FileRegistry, element: Element): Element | null {
  switch (element.kind) {
    case "field":
      return partOfType(registry, element.parent, "field", `${element.number}`);
    case "oneof":
      return partOfType(registry, element.parent, "oneof", element.name);
    case "enum_value":
      return partOfType(registry, element.parent, "enum value", `${element.number}`);
    case "rpc":
      return partOfType(registry, element.parent, "RPC", element.name);
    case "message":
      return registry.getMessage(element.typeName) ?? null;
    case "enum":
      return registry.getEnum(element.typeName) ?? null;
    case "service":
      return registry.getService(element.typeName) ?? null;
    case "extension":
      return registry.getExtension(element.typeName) ?? null;
  }
}

function partOfType(
  registry: FileRegistry,
  parent: Element,
  kind: string,
  id: string,
): Element | null {
  const same = counterpart(registry, parent);
  return same === null ? null : partOf(same, kind, id);
}

/** The full name: `bodybroker.npc.v1.PlanRequest.npc_id`. */
export function nameOf(element: Element): string {
  return "typeName" in element ? element.typeName : `${element.parent.typeName}.${element.name}`;
}

export function fileOf(element: Element) {
  return "file" in element ? element.file : element.parent.file;
}

export function filePathOf(element: Element): string {
  return `${fileOf(element).name}.proto`;
}

export function lineOf(element: Element | null): number {
  return element === null ? 1 : sourceLines(fileOf(element)).place(element).line;
}

/** An element's source on one line: a field, value or rpc whole, a type by its head. */
export function textOf(side: Side, element: Element): string | null {
  const all = side.files.get(filePathOf(element));
  const span = sourceLines(fileOf(element)).span(element);
  if (all === undefined || span === null) return null;
  const hasParts = ["message", "enum", "service", "oneof"].includes(element.kind);
  const lines = all.slice(span.first - 1, hasParts ? span.first : span.last);
  const line = lines.map((each) => each.trim()).join(" ");
  return line.length > shownLength ? `${line.slice(0, shownLength)}…` : line;
}

const shownLength = 200;

/** buf appends links to some messages; the rule's page says more. */
function tidy(message: string): string {
  return message.replace(/ See https?:.*$/, "");
}
