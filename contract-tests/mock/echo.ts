import { clone, type DescField, type DescMessage, type Message } from "@bufbuild/protobuf";
import { type ReflectMessage, reflect } from "@bufbuild/protobuf/reflect";
import { judge } from "../../registry/core/samples/oracle.ts";
import type { Schema } from "../../registry/core/samples/schema.ts";

/** Makes a generated answer look as if the request had been read. */
export type Echo = (request: Message, answer: Message) => Message;

/** A field of the request with the field of the answer at the same path, each from the outside in. */
interface Shared {
  readonly from: readonly DescField[];
  readonly to: readonly DescField[];
}

/** Deeper ones are about the things in a list, not about the request. */
const deepest = 4;

/**
 * Copies values to the fields that request and answer share by path and type, such as an id, unless
 * the answer would break its rules with them.
 */
export function createEcho(schema: Schema, input: DescMessage, output: DescMessage): Echo {
  const shared = sharedFields(input, output, deepest);
  if (shared.length === 0) return (_request, answer) => answer;
  return (request, answer) => {
    const source = reflect(input, request);
    const echoed = clone(output, answer);
    const target = reflect(output, echoed);
    for (const { from, to } of shared) copy(source, from, target, to);
    return judge(schema, output, echoed).kind === "valid" ? echoed : answer;
  };
}

function sharedFields(input: DescMessage, output: DescMessage, depth: number): Shared[] {
  if (depth === 0 || input.typeName.startsWith("google.protobuf.")) return [];
  return input.fields.flatMap((from): Shared[] => {
    const to = output.fields.find((each) => each.name === from.name);
    // Which member of a oneof answers is not for the request to say.
    if (to === undefined || from.oneof !== undefined || to.oneof !== undefined) return [];
    if (from.fieldKind === "message" && to.fieldKind === "message") {
      return sharedFields(from.message, to.message, depth - 1).map((inner) => ({
        from: [from, ...inner.from],
        to: [to, ...inner.to],
      }));
    }
    const isSame =
      (from.fieldKind === "scalar" && to.fieldKind === "scalar" && from.scalar === to.scalar) ||
      (from.fieldKind === "enum" &&
        to.fieldKind === "enum" &&
        from.enum.typeName === to.enum.typeName);
    return isSame ? [{ from: [from], to: [to] }] : [];
  });
}

function copy(
  source: ReflectMessage,
  [from, ...restFrom]: readonly DescField[],
  target: ReflectMessage,
  [to, ...restTo]: readonly DescField[],
): void {
  if (from === undefined || to === undefined || !source.isSet(from)) return;
  if (restFrom.length === 0) {
    target.set(to, source.get(from));
    return;
  }
  const inside = target.get(to) as ReflectMessage;
  copy(source.get(from) as ReflectMessage, restFrom, inside, restTo);
  // A message that was not there is only in the answer once it is set.
  target.set(to, inside);
}
