import {
  type DescExtension,
  type DescField,
  type DescMethod,
  ScalarType,
} from "@bufbuild/protobuf";
import { FeatureSet_FieldPresence as Presence } from "@bufbuild/protobuf/wkt";
import { fileOf } from "../gate/locate.ts";
import type { Element } from "../revision/source-lines.ts";

type AnyField = DescField | DescExtension;

/** `int32`, `acme.shop.v1.Money`, `map<string, int32>`; of a list the type of its items. */
export function typeOf(field: AnyField): string {
  if (field.fieldKind === "map") {
    const value = field.message?.typeName ?? field.enum?.typeName ?? scalarName(field.scalar);
    return `map<${scalarName(field.mapKey)}, ${value}>`;
  }
  return field.message?.typeName ?? field.enum?.typeName ?? scalarName(field.scalar);
}

function scalarName(scalar: ScalarType | undefined): string {
  return scalar === undefined ? "" : ScalarType[scalar].toLowerCase();
}

/** `optional` stands for a field that knows whether it is set; a message field always does. */
export function cardinalityOf(
  field: AnyField,
): "required" | "optional" | "repeated" | "map" | "singular" {
  if (field.fieldKind === "list") return "repeated";
  if (field.fieldKind === "map") return "map";
  if (field.presence === Presence.LEGACY_REQUIRED) return "required";
  const always = field.fieldKind === "message" || field.oneof !== undefined;
  return field.presence === Presence.EXPLICIT && !always ? "optional" : "singular";
}

/** An element on one line, as a file of its package declares it, without its options. */
export function declarationOf(element: Element): string {
  switch (element.kind) {
    case "field":
      return fieldDeclaration(element);
    case "extension":
      return `extend ${element.extendee.typeName} { ${fieldDeclaration(element)}; }`;
    case "enum_value":
      return `${element.name} = ${element.number}`;
    case "rpc":
      return rpcDeclaration(element);
    default:
      return `${element.kind} ${element.name}`;
  }
}

function fieldDeclaration(field: AnyField): string {
  const cardinality = cardinalityOf(field);
  const label = cardinality === "map" || cardinality === "singular" ? "" : `${cardinality} `;
  const type = withoutPackage(typeOf(field), packageOf(field));
  return `${label}${type} ${field.name} = ${field.number}`;
}

function rpcDeclaration(rpc: DescMethod): string {
  const { clientStreaming, serverStreaming } = rpc.proto;
  const type = (of: DescMethod["input"], streams: boolean) =>
    `(${streams ? "stream " : ""}${withoutPackage(of.typeName, packageOf(rpc))})`;
  return `rpc ${rpc.name}${type(rpc.input, clientStreaming)} returns ${type(rpc.output, serverStreaming)}`;
}

/** The name by which a file of the package may call a type, also the type of a map's values. */
function withoutPackage(type: string, protoPackage: string): string {
  const own = `${protoPackage}.`;
  const at = type.startsWith("map<") ? type.indexOf(" ") + 1 : 0;
  return type.startsWith(own, at) ? type.slice(0, at) + type.slice(at + own.length) : type;
}

function packageOf(element: Element): string {
  return fileOf(element).proto.package;
}
