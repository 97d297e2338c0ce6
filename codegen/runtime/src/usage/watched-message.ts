import { type DescField, type DescMessage, type Message, ScalarType } from "@bufbuild/protobuf";

/** Sees a field that is read. @param path in proto names: `actions.move.destination` */
export type OnRead = (path: string, type: string) => void;

/** Deeper paths of a type that is within itself say nothing new. */
const deepest = 16;

/**
 * A message that tells which of its fields are read, also inside of nested messages, lists, maps and
 * oneofs. It is the same to `toBinary`, `toJson`, `equals`, `clone` and `create`, which read all
 * fields that are set. `structuredClone` does not take it.
 */
export function watchedMessage<M extends Message>(
  desc: DescMessage,
  message: M,
  onRead: OnRead,
): M {
  return watch({ onRead, known: new WeakMap() }, desc, message, []) as M;
}

interface Watching {
  readonly onRead: OnRead;
  /** What is read twice is the same object twice. */
  readonly known: WeakMap<object, object>;
}

type Path = readonly string[];

function watch(watching: Watching, desc: DescMessage, message: Message, path: Path): object {
  const fields = fieldsOf(desc);
  return proxied(watching, message, (key, value) => {
    const member = fields.get(key);
    if (member === undefined) return value;
    if (member.kind === "field") return read(watching, member, value, path);
    if (typeof value !== "object" || value === null) return value;
    return watchOneof(watching, fields, value, path);
  });
}

/** What stands in a oneof's place: `{ case, value }`. Looking at the case is reading that field. */
function watchOneof(
  watching: Watching,
  fields: ReturnType<typeof fieldsOf>,
  chosen: object,
  path: Path,
): object {
  return proxied(watching, chosen, (key, value) => {
    const { case: name } = chosen as { readonly case?: string };
    const field = name === undefined ? undefined : fields.get(name);
    if (field?.kind !== "field" || (key !== "case" && key !== "value")) return value;
    const inside = read(watching, field, (chosen as { readonly value?: unknown }).value, path);
    return key === "case" ? value : inside;
  });
}

function read(watching: Watching, field: DescField, value: unknown, path: Path): unknown {
  const here = [...path, field.name];
  watching.onRead(here.join("."), typeText(field));
  const { message } = field;
  if (message === undefined || here.length >= deepest) return value;
  if (typeof value !== "object" || value === null) return value;
  // Wrappers and google.protobuf.Struct are plain values in TypeScript.
  const inside = (each: unknown) => (isMessage(each) ? watch(watching, message, each, here) : each);
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

function isMessage(value: unknown): value is Message {
  return typeof value === "object" && value !== null && "$typeName" in value;
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

/** As a `.proto` writes it, with full names: `repeated acme.shop.v1.Item`, `map<string, double>`. */
function typeText(field: DescField): string {
  switch (field.fieldKind) {
    case "scalar":
      return scalarText(field.scalar);
    case "enum":
      return field.enum.typeName;
    case "message":
      return field.message.typeName;
    case "list":
      return `repeated ${elementText(field)}`;
    case "map":
      return `map<${scalarText(field.mapKey)}, ${elementText(field)}>`;
  }
}

function elementText({ message, enum: enumeration, scalar }: DescField): string {
  return message?.typeName ?? enumeration?.typeName ?? scalarText(scalar ?? ScalarType.BYTES);
}

function scalarText(scalar: ScalarType): string {
  return ScalarType[scalar].toLowerCase();
}
