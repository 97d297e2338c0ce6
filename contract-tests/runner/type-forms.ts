import { createHash } from "node:crypto";
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  type DescriptorProto,
  DescriptorProtoSchema,
  type EnumDescriptorProto,
  EnumDescriptorProtoSchema,
  type FileDescriptorProto,
  FileDescriptorSetSchema,
} from "@bufbuild/protobuf/wkt";

/** What there is to compare of one message or enum. */
interface TypeText {
  /** Of its own descriptor, in which comments are not. */
  readonly digest: string;
  /** The full names of the types of its fields. */
  readonly holds: readonly string[];
}

/** The messages and enums of some files by their full names. */
export type TypeTexts = ReadonlyMap<string, TypeText>;

/** As `typeTextsOf`, without linking anything. @param descriptors a FileDescriptorSet */
export function typeTextsOfSet(descriptors: Uint8Array): TypeTexts {
  return typeTextsOf(fromBinary(FileDescriptorSetSchema, descriptors).file);
}

export function typeTextsOf(files: readonly FileDescriptorProto[]): TypeTexts {
  const texts = new Map<string, TypeText>();
  const addEnum = (scope: string, proto: EnumDescriptorProto) => {
    const digest = digestOf(toBinary(EnumDescriptorProtoSchema, proto));
    texts.set(within(scope, proto.name), { digest, holds: [] });
  };
  const addMessage = (scope: string, proto: DescriptorProto) => {
    const name = within(scope, proto.name);
    const digest = digestOf(toBinary(DescriptorProtoSchema, proto));
    // The leading dot says that a name is full.
    const holds = proto.field.flatMap((each) => (each.typeName ? [each.typeName.slice(1)] : []));
    texts.set(name, { digest, holds });
    for (const each of proto.nestedType) addMessage(name, each);
    for (const each of proto.enumType) addEnum(name, each);
  };
  for (const file of files) {
    for (const each of file.messageType) addMessage(file.package, each);
    for (const each of file.enumType) addEnum(file.package, each);
  }
  return texts;
}

/** What a type and all that it holds look like, as text to compare; null for one that is not there. */
export function formIn(texts: TypeTexts, typeName: string): string | null {
  if (!texts.has(typeName)) return null;
  const parts = new Map<string, string>();
  const open = [typeName];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const text = texts.get(name);
    if (text === undefined || parts.has(name)) continue;
    parts.set(name, text.digest);
    open.push(...text.holds);
  }
  return [...parts]
    .map(([name, digest]) => `${name} ${digest}`)
    .sort()
    .join("\n");
}

function within(scope: string, name: string): string {
  return scope === "" ? name : `${scope}.${name}`;
}

function digestOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("base64");
}
