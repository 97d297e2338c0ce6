import type { DescField, DescMessage, Message } from "@bufbuild/protobuf";
import { innerType, isMessage, type OnUse, type UsedField, usedField } from "./used-field.ts";

/**
 * A message that tells which of its fields are read, also inside of nested messages, lists, maps and
 * oneofs. It is the same to `toBinary`, `toJson`, `equals`, `clone` and `create`, which read all
 * fields that are set. `structuredClone` does not take it.
 */
export function watchedMessage<M extends Message>(desc: DescMessage, message: M, onRead: OnUse): M {
  return watch({ onRead, known: new WeakMap() }, desc, message, null) as M;
}

interface Watching {
  readonly onRead: OnUse;
  /** What is read twice is the same object twice. */
  readonly known: WeakMap<object, object>;
}

/** The field that a message is in; null for the one that came. */
type Parent = UsedField | null;

function watch(watching: Watching, desc: DescMessage, message: Message, parent: Parent): object {
  const fields = fieldsOf(desc);
  return proxied(watching, message, (key, value) => {
    const member = fields.get(key);
    if (member === undefined) return value;
    if (member.kind === "field") return read(watching, member, value, parent);
    if (typeof value !== "object" || value === null) return value;
    return watchOneof(watching, fields, value, parent);
  });
}

/** What stands in a oneof's place: `{ case, value }`. Looking at the case is reading that field. */
function watchOneof(
  watching: Watching,
  fields: ReturnType<typeof fieldsOf>,
  chosen: object,
  parent: Parent,
): object {
  return proxied(watching, chosen, (key, value) => {
    const { case: name } = chosen as { readonly case?: string };
    const field = name === undefined ? undefined : fields.get(name);
    if (field?.kind !== "field" || (key !== "case" && key !== "value")) return value;
    const inside = read(watching, field, (chosen as { readonly value?: unknown }).value, parent);
    return key === "case" ? value : inside;
  });
}

function read(watching: Watching, field: DescField, value: unknown, parent: Parent): unknown {
  const used = usedField(parent, field);
  watching.onRead(used);
  const inner = innerType(field, used);
  if (inner === null || typeof value !== "object" || value === null) return value;
  const inside = (each: unknown) => (isMessage(each) ? watch(watching, inner, each, used) : each);
  if (field.fieldKind === "message") return inside(value);
  return proxied(watching, value, (_key, each) => inside(each));
}

function proxied(
  { known }: Watching,
  target: object,
  seen: (key: string, value: unknown) => unknown,
): object {
  const made =
    known.get(target) ??
    new Proxy(target, {
      get(of, key, receiver) {
        const value: unknown = Reflect.get(of, key, receiver);
        return typeof key === "string" ? seen(key, value) : value;
      },
    });
  known.set(target, made);
  return made;
}

type Member = DescMessage["members"][number] | DescField;

const membersOfTypes = new WeakMap<DescMessage, Map<string, Member>>();

/** The fields of a type, those in oneofs too, and its oneofs, by their names in TypeScript. */
function fieldsOf(desc: DescMessage): Map<string, Member> {
  const known = membersOfTypes.get(desc);
  if (known !== undefined) return known;
  const members = [...desc.fields, ...desc.members.filter(({ kind }) => kind === "oneof")];
  const made = new Map(members.map((member) => [member.localName, member]));
  membersOfTypes.set(desc, made);
  return made;
}
