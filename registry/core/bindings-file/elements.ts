import type {
  DescriptorProto,
  FieldDescriptorProto,
  FileDescriptorProto,
  FileDescriptorSet,
  MethodDescriptorProto,
  ServiceDescriptorProto,
} from "@bufbuild/protobuf/wkt";
import { editDistance } from "../subject/nearest.ts";

/** What a bindings.yaml can name, with the file that it stands in. */
export type BindableElement = { readonly file: FileDescriptorProto } & (
  | { readonly kind: "service"; readonly proto: ServiceDescriptorProto }
  | { readonly kind: "rpc"; readonly proto: MethodDescriptorProto }
  | { readonly kind: "message"; readonly proto: DescriptorProto }
  | { readonly kind: "field"; readonly proto: FieldDescriptorProto }
);

export type ElementKind = BindableElement["kind"];

/** The services, rpcs, messages and fields of files, by their full names. */
export function bindableElements(
  set: FileDescriptorSet,
  paths: ReadonlySet<string>,
): ReadonlyMap<string, BindableElement> {
  const found = new Map<string, BindableElement>();
  const addMessage = (file: FileDescriptorProto, scope: string, proto: DescriptorProto) => {
    const name = `${scope}${proto.name}`;
    found.set(name, { kind: "message", file, proto });
    for (const field of proto.field) {
      found.set(`${name}.${field.name}`, { kind: "field", file, proto: field });
    }
    for (const nested of proto.nestedType) addMessage(file, `${name}.`, nested);
  };
  for (const file of set.file) {
    if (!paths.has(file.name)) continue;
    const scope = file.package === "" ? "" : `${file.package}.`;
    for (const message of file.messageType) addMessage(file, scope, message);
    for (const service of file.service) {
      const name = `${scope}${service.name}`;
      found.set(name, { kind: "service", file, proto: service });
      for (const rpc of service.method) {
        found.set(`${name}.${rpc.name}`, { kind: "rpc", file, proto: rpc });
      }
    }
  }
  return found;
}

/** The names of a kind that an unknown one most resembles: by its last part, then by its letters. */
export function nearestElements(
  name: string,
  kind: ElementKind,
  elements: ReadonlyMap<string, BindableElement>,
): readonly string[] {
  const last = lastPart(name);
  const candidates = [...elements]
    .filter(([, element]) => element.kind === kind)
    .slice(0, mostCompared)
    .map(([each]) => ({ each, score: editDistance(last, lastPart(each)) }));
  candidates.sort((a, b) => a.score - b.score || (a.each < b.each ? -1 : 1));
  return candidates.slice(0, 3).map(({ each }) => each);
}

/** A guess is worth no more than some milliseconds. */
const mostCompared = 500;

function lastPart(name: string): string {
  return name.slice(name.lastIndexOf(".") + 1);
}
