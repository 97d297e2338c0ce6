import type { DescExtension, DescField, DescMessage, DescOneof } from "@bufbuild/protobuf";
import { isFieldSet, ScalarType } from "@bufbuild/protobuf";
import {
  FieldDescriptorProtoSchema,
  FieldOptionsSchema,
  MessageOptionsSchema,
  OneofOptionsSchema,
} from "@bufbuild/protobuf/wkt";
import type { Aspects } from "./aspects.ts";
import type { Difference } from "./difference.ts";
import { added, changed, changedOptions, type Registries, removed } from "./element-differences.ts";
import { jsonFormatOf } from "./json-format.ts";
import { pair } from "./pair.ts";
import { namesInWords, rangesInWords } from "./ranges.ts";
import { cardinalityOf, typeOf } from "./words.ts";

/** What differs in a message and its parts; nested types are compared as types of their own. */
export function compareMessages(
  old: DescMessage,
  now: DescMessage,
  registries: Registries,
): Difference[] {
  const fields = pair(old.fields, now.fields, [(field) => field.number, (field) => field.name]);
  const oneofs = pair(old.oneofs, now.oneofs, [(oneof) => oneof.name, membersOf]);
  return [
    ...changed(now, [messageAspects(old), messageAspects(now)]),
    ...changedOptions([old, now], MessageOptionsSchema, (each) => each.proto.options, registries),
    ...fields.removed.map(removed),
    ...fields.both.flatMap(([before, after]) => compareFields(before, after, registries)),
    ...fields.added.map(added),
    ...oneofs.removed.map(removed),
    ...oneofs.both.flatMap(([before, after]) => compareOneofs(before, after, registries)),
    ...oneofs.added.map(added),
  ];
}

/** A oneof under another name is known by its members. */
function membersOf(oneof: DescOneof): string {
  return oneof.fields
    .map((field) => field.number)
    .toSorted()
    .join();
}

function compareOneofs(old: DescOneof, now: DescOneof, registries: Registries): Difference[] {
  return [
    ...changed(now, [new Map([["name", old.name]]), new Map([["name", now.name]])]),
    ...changedOptions([old, now], OneofOptionsSchema, (each) => each.proto.options, registries),
  ];
}

/** What differs in a field, also in an extension. */
export function compareFields<F extends DescField | DescExtension>(
  old: F,
  now: F,
  registries: Registries,
): Difference[] {
  return [
    ...changed(now, [fieldAspects(old), fieldAspects(now)]),
    ...changedOptions([old, now], FieldOptionsSchema, (each) => each.proto.options, registries),
  ];
}

function fieldAspects(field: DescField | DescExtension): Aspects {
  const { proto } = field;
  return new Map([
    ["name", field.name],
    ["number", `${field.number}`],
    ["type", typeOf(field)],
    ["cardinality", cardinalityOf(field)],
    ["oneof", field.oneof?.name ?? null],
    ["JSON name", field.jsonName],
    [
      "default",
      isFieldSet(proto, FieldDescriptorProtoSchema.field.defaultValue) ? proto.defaultValue : null,
    ],
    // Only what is not the usual: that a field became a list, its cardinality says.
    ["encoding", encodingOf(field)],
    ["UTF-8 validation", holdsText(field) && !field.utf8Validation ? "off" : null],
    ["extends", field.kind === "extension" ? field.extendee.typeName : null],
  ]);
}

function encodingOf(field: DescField | DescExtension): "delimited" | "expanded" | null {
  if ("delimitedEncoding" in field && field.delimitedEncoding) return "delimited";
  if (field.fieldKind !== "list" || field.packed) return null;
  const isNumber = field.listKind === "enum" || (field.listKind === "scalar" && !holdsBytes(field));
  return isNumber ? "expanded" : null;
}

function holdsBytes({ scalar }: DescField | DescExtension): boolean {
  return scalar === ScalarType.STRING || scalar === ScalarType.BYTES;
}

function holdsText(field: DescField | DescExtension): boolean {
  const isKey = field.fieldKind === "map" && field.mapKey === ScalarType.STRING;
  return isKey || field.scalar === ScalarType.STRING;
}

function messageAspects(message: DescMessage): Aspects {
  const { proto } = message;
  // A message's ranges leave their end out.
  const ranges = (all: readonly { start: number; end: number }[]) =>
    rangesInWords(
      all.map(({ start, end }) => ({ first: start, last: end - 1 })),
      greatestFieldNumber,
    );
  return new Map([
    ["reserved numbers", ranges(proto.reservedRange)],
    ["reserved names", namesInWords(proto.reservedName)],
    ["extension numbers", ranges(proto.extensionRange)],
    ["JSON form", jsonFormatOf(message)],
  ]);
}

const greatestFieldNumber = 2 ** 29 - 1;
