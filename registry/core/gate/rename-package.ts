import {
  clone,
  create,
  createFileRegistry,
  type DescFile,
  type FileRegistry,
} from "@bufbuild/protobuf";
import {
  type DescriptorProto,
  type FieldDescriptorProto,
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
} from "@bufbuild/protobuf/wkt";
import type { Binding } from "../binding/binding.ts";
import { packageVersion } from "../revision/package-version.ts";
import type { LinkedRevision } from "./linked-revision.ts";

/**
 * A revision as it would be if its package had been called something else: the types, what refers to
 * them, and the version in its subjects. What is left of a comparison is more than the name.
 *
 * @returns null where the package already uses types of the other name
 */
export function renamePackage(
  revision: LinkedRevision,
  from: string,
  to: string,
): LinkedRevision | null {
  const files = closureOf(revision);
  if (files.some((file) => file.proto.package === to)) return null;
  const file = files.map((each) => renameIn(each.proto, from, to));
  const registry: FileRegistry = createFileRegistry(create(FileDescriptorSetSchema, { file }));
  return {
    ...revision,
    registry,
    bindings: revision.bindings.map((each) => rebind(each, from, to)),
  };
}

/** The files with all that they import, dependencies first. */
function closureOf({ files, registry }: LinkedRevision): DescFile[] {
  const done = new Set<DescFile>();
  const visit = (file: DescFile) => {
    if (done.has(file)) return;
    for (const each of file.dependencies) visit(each);
    done.add(file);
  };
  for (const { path } of files) {
    const file = registry.getFile(path);
    if (file !== undefined) visit(file);
  }
  return [...done];
}

function renameIn(original: FileDescriptorProto, from: string, to: string): FileDescriptorProto {
  const file = clone(FileDescriptorProtoSchema, original);
  const type = (name: string) =>
    name.startsWith(`.${from}.`) ? `.${to}${name.slice(from.length + 1)}` : name;
  const fields = (all: readonly FieldDescriptorProto[]) => {
    for (const field of all) {
      if (field.typeName !== "") field.typeName = type(field.typeName);
      if (field.extendee !== "") field.extendee = type(field.extendee);
    }
  };
  const messages = (all: readonly DescriptorProto[]) => {
    for (const message of all) {
      fields([...message.field, ...message.extension]);
      messages(message.nestedType);
    }
  };
  if (file.package === from) file.package = to;
  messages(file.messageType);
  fields(file.extension);
  for (const method of file.service.flatMap((service) => service.method)) {
    method.inputType = type(method.inputType);
    method.outputType = type(method.outputType);
  }
  return file;
}

/** Which texts of a binding are subjects; the others are names of types and rpcs. */
const subjects = new Set([
  "pattern",
  "replySubject",
  "framesPattern",
  "deadLetterSubject",
  "invalidatedBy",
]);

function rebind(binding: Binding, from: string, to: string): Binding {
  const [old, now] = [from, to].map((each) => `v${packageVersion(each).major ?? ""}`);
  const subject = (text: string) =>
    text
      .split(".")
      .map((token) => (token === old ? now : token))
      .join(".");
  const type = (text: string) =>
    text.startsWith(`${from}.`) ? to + text.slice(from.length) : text;
  const rename = (value: unknown, key: string): unknown => {
    if (typeof value === "string") return subjects.has(key) ? subject(value) : type(value);
    if (Array.isArray(value)) return value.map((each) => rename(each, key));
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, each]) => [name, rename(each, name)]),
    );
  };
  return rename(binding, "") as Binding;
}
