import type { DescFile } from "@bufbuild/protobuf";
import { isFieldSet } from "@bufbuild/protobuf";
import { protoCamelCase } from "@bufbuild/protobuf/reflect";
import type {
  DescriptorProto,
  EnumDescriptorProto,
  FieldDescriptorProto,
  FileDescriptorProto,
  MethodDescriptorProto,
  ServiceDescriptorProto,
} from "@bufbuild/protobuf/wkt";
import {
  Edition,
  EnumOptionsSchema,
  EnumValueOptionsSchema,
  ExtensionRangeOptionsSchema,
  FieldDescriptorProtoSchema,
  FieldOptionsSchema,
  FileOptionsSchema,
  FieldDescriptorProto_Label as Label,
  MessageOptionsSchema,
  MethodOptionsSchema,
  OneofOptionsSchema,
  ServiceOptionsSchema,
  FieldDescriptorProto_Type as Type,
} from "@bufbuild/protobuf/wkt";
import { type OptionPrinter, optionPrinter } from "./print-proto-options.ts";

/** What a file's syntax decides about the notation of its elements. */
interface Printer {
  syntax: "proto2" | "proto3" | "editions";
  options: OptionPrinter;
}

/**
 * Prints a descriptor as `.proto` source that compiles to the same descriptor.
 *
 * Comments and layout are lost: the descriptor does not hold them. Throws for a proto2 group, and
 * for an option that neither the file nor its imports declare, because leaving one of them out
 * would print another schema than the one that was given.
 */
export function printProto(file: DescFile): string {
  const { proto } = file;
  const printer: Printer = { syntax: syntaxOf(proto), options: optionPrinter(file) };
  const blocks = [
    [headLine(proto)],
    proto.package ? [`package ${proto.package};`] : [],
    proto.dependency.map((path, index) => importLine(proto, path, index)),
    statements(printer.options(FileOptionsSchema, proto.options).sort()),
    ...proto.service.map((service) => serviceLines(printer, service)),
    ...proto.messageType.map((message) => messageLines(printer, message)),
    ...proto.enumType.map((enumType) => enumLines(printer, enumType)),
    extendLines(printer, proto.extension),
  ];
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join("\n"))
    .join("\n\n")}\n`;
}

function syntaxOf(proto: FileDescriptorProto): Printer["syntax"] {
  if (proto.syntax === "editions") return "editions";
  return proto.syntax === "proto3" ? "proto3" : "proto2";
}

function headLine(proto: FileDescriptorProto): string {
  if (proto.syntax !== "editions") return `syntax = "${syntaxOf(proto)}";`;
  return `edition = "${Edition[proto.edition].replace("EDITION_", "")}";`;
}

function importLine(proto: FileDescriptorProto, path: string, index: number): string {
  const isPublic = proto.publicDependency.includes(index);
  const isWeak = proto.weakDependency.includes(index);
  return `import ${isPublic ? "public " : isWeak ? "weak " : ""}${quoteString(path)};`;
}

function messageLines(printer: Printer, message: DescriptorProto): string[] {
  const mapEntries = new Map(
    message.nestedType
      .filter((nested) => nested.options?.mapEntry)
      .map((entry) => [`${message.name}.${entry.name}`, entry]),
  );
  const body = [
    ...statements(printer.options(MessageOptionsSchema, message.options)),
    ...reservedLines(printer, message.reservedRange, message.reservedName, messageRange),
    ...extensionRangeLines(printer, message),
    ...memberLines(printer, message, mapEntries),
    ...message.nestedType
      .filter((nested) => !nested.options?.mapEntry)
      .flatMap((nested) => messageLines(printer, nested)),
    ...message.enumType.flatMap((enumType) => enumLines(printer, enumType)),
    ...extendLines(printer, message.extension),
  ];
  return block(`message ${message.name}`, body);
}

/** The fields in their order, each oneof as a block at the place of its first field. */
function memberLines(
  printer: Printer,
  message: DescriptorProto,
  mapEntries: Map<string, DescriptorProto>,
): string[] {
  return message.field.flatMap((field) => {
    const oneof = hasOneof(field) ? message.oneofDecl[field.oneofIndex] : undefined;
    if (!oneof) {
      return fieldLines(printer, field, mapEntries.get(lastTwoNames(field.typeName)));
    }
    const members = message.field.filter((f) => hasOneof(f) && f.oneofIndex === field.oneofIndex);
    if (field !== members[0]) return [];
    return block(`oneof ${oneof.name}`, [
      ...statements(printer.options(OneofOptionsSchema, oneof.options)),
      ...members.flatMap((member) => fieldLines(printer, member, undefined)),
    ]);
  });
}

function hasOneof(field: FieldDescriptorProto): boolean {
  return isFieldSet(field, FieldDescriptorProtoSchema.field.oneofIndex) && !field.proto3Optional;
}

function fieldLines(
  printer: Printer,
  field: FieldDescriptorProto,
  mapEntry: DescriptorProto | undefined,
): string[] {
  const type = mapEntry
    ? `map<${mapEntry.field.map(typeName).join(", ")}>`
    : `${labelOf(printer, field)}${typeName(field)}`;
  const brackets = [
    ...defaultValue(field),
    ...jsonName(field),
    ...printer.options(FieldOptionsSchema, field.options),
  ];
  return bracketed(`${type} ${field.name} = ${field.number}`, brackets);
}

function labelOf(printer: Printer, field: FieldDescriptorProto): string {
  if (field.label === Label.REPEATED) return "repeated ";
  if (field.label === Label.REQUIRED) return "required ";
  if (printer.syntax === "proto2") return hasOneof(field) ? "" : "optional ";
  return field.proto3Optional ? "optional " : "";
}

function typeName(field: FieldDescriptorProto): string {
  if (field.type === Type.GROUP) {
    throw new Error(
      `cannot print field ${field.name}: it is a proto2 group; make it a message field`,
    );
  }
  return field.typeName || Type[field.type].toLowerCase();
}

function defaultValue(field: FieldDescriptorProto): string[] {
  if (!isFieldSet(field, FieldDescriptorProtoSchema.field.defaultValue)) return [];
  // A bytes default is stored in its escaped form already.
  if (field.type === Type.BYTES) return [`default = "${field.defaultValue}"`];
  const isText = field.type === Type.STRING;
  return [`default = ${isText ? quoteString(field.defaultValue) : field.defaultValue}`];
}

function jsonName(field: FieldDescriptorProto): string[] {
  const isDefault = !field.jsonName || field.jsonName === protoCamelCase(field.name);
  return field.extendee || isDefault ? [] : [`json_name = ${quoteString(field.jsonName)}`];
}

/** One `extend` block per run of extensions of the same message, so that their order stays. */
function extendLines(printer: Printer, extensions: FieldDescriptorProto[]): string[] {
  const runs: { extendee: string; lines: string[] }[] = [];
  for (const extension of extensions) {
    const { extendee } = extension;
    const lines = fieldLines(printer, extension, undefined);
    const run = runs.at(-1);
    if (run?.extendee === extendee) run.lines.push(...lines);
    else runs.push({ extendee, lines });
  }
  return runs.flatMap(({ extendee, lines }) => block(`extend ${extendee}`, lines));
}

interface NumberRange {
  start: number;
  end: number;
}

/** A message's ranges exclude their end; field numbers reach to 2^29 - 1. */
function messageRange({ start, end }: NumberRange): string {
  return end - start === 1 ? `${start}` : `${start} to ${end === 2 ** 29 ? "max" : end - 1}`;
}

/** An enum's ranges include their end. */
function enumRange({ start, end }: NumberRange): string {
  return end === start ? `${start}` : `${start} to ${end === 2 ** 31 - 1 ? "max" : end}`;
}

function reservedLines(
  printer: Printer,
  ranges: NumberRange[],
  names: string[],
  notation: (range: NumberRange) => string,
): string[] {
  // Editions write reserved names as identifiers, the older syntaxes as strings.
  const printed = printer.syntax === "editions" ? names : names.map(quoteString);
  return [
    ...(ranges.length > 0 ? [`reserved ${ranges.map(notation).join(", ")};`] : []),
    ...(printed.length > 0 ? [`reserved ${printed.join(", ")};`] : []),
  ];
}

function extensionRangeLines(printer: Printer, message: DescriptorProto): string[] {
  return message.extensionRange.flatMap((range) =>
    bracketed(
      `extensions ${messageRange(range)}`,
      printer.options(ExtensionRangeOptionsSchema, range.options),
    ),
  );
}

function enumLines(printer: Printer, enumType: EnumDescriptorProto): string[] {
  return block(`enum ${enumType.name}`, [
    ...statements(printer.options(EnumOptionsSchema, enumType.options)),
    ...reservedLines(printer, enumType.reservedRange, enumType.reservedName, enumRange),
    ...enumType.value.flatMap((value) =>
      bracketed(
        `${value.name} = ${value.number}`,
        printer.options(EnumValueOptionsSchema, value.options),
      ),
    ),
  ]);
}

function serviceLines(printer: Printer, service: ServiceDescriptorProto): string[] {
  return block(`service ${service.name}`, [
    ...statements(printer.options(ServiceOptionsSchema, service.options)),
    ...service.method.flatMap((method) => methodLines(printer, method)),
  ]);
}

function methodLines(printer: Printer, method: MethodDescriptorProto): string[] {
  const input = `${method.clientStreaming ? "stream " : ""}${method.inputType}`;
  const output = `${method.serverStreaming ? "stream " : ""}${method.outputType}`;
  const head = `rpc ${method.name}(${input}) returns (${output})`;
  if (!method.options) return [`${head};`];
  return block(head, statements(printer.options(MethodOptionsSchema, method.options)));
}

function block(head: string, body: string[]): string[] {
  if (body.length === 0) return [`${head} {}`];
  return [`${head} {`, ...body.map(indent), "}"];
}

function statements(options: string[]): string[] {
  return options.flatMap((option) => `option ${option};`.split("\n"));
}

function bracketed(head: string, options: string[]): string[] {
  if (options.length === 0) return [`${head};`];
  if (options.length === 1) return `${head} [${options[0]}];`.split("\n");
  return [`${head} [`, ...options.join(",\n").split("\n").map(indent), "];"];
}

function indent(line: string): string {
  return `  ${line}`;
}

/** A string literal; what could end it or break its line is escaped. */
function quoteString(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&").replace(/\p{Cc}/gu, escapeControl)}"`;
}

function escapeControl(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

function lastTwoNames(typeName: string): string {
  return typeName.split(".").slice(-2).join(".");
}
