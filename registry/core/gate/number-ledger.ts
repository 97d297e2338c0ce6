import type { DescEnum, DescField, FileRegistry } from "@bufbuild/protobuf";
import { allMessages } from "../binding/read-bindings.ts";
import { declarationOf, typeOf } from "../diff/words.ts";
import { sourceLines } from "../revision/source-lines.ts";
import type { Change } from "./change.ts";
import { freeNumber } from "./fixes/free-number.ts";
import type { LinkedRevision } from "./linked-revision.ts";

/** A use of a number by a field or an enum value. */
export interface NumberUse {
  /** The full name of the message or enum. */
  readonly type: string;
  readonly number: number;
  readonly name: string;
  /** What stands for it in bytes: `string`, `repeated acme.v1.Item`, or empty for an enum value. */
  readonly shape: string;
}

/** A use, with the release that first had it. */
export interface LedgerEntry extends NumberUse {
  readonly semver: string;
}

/** Every number that the messages and enums of some files use. */
export function numberUses(registry: FileRegistry, paths: Iterable<string>): NumberUse[] {
  return [...elementsOf(registry, paths)].map(useOf);
}

/**
 * Numbers that head does not use and an earlier release used for something else. Whoever still has
 * messages or code of that release misreads what comes now. Putting back what was deleted is fine.
 *
 * @param head null for a new module
 * @param usedBefore what the ledger has of a number of a type
 */
export function reusedNumbers(
  now: LinkedRevision,
  head: LinkedRevision | null,
  usedBefore: (type: string, number: number) => readonly LedgerEntry[],
): readonly (Change & { readonly semver: string })[] {
  const paths = now.files.map((file) => file.path);
  const changes: (Change & { readonly semver: string })[] = [];
  for (const element of elementsOf(now.registry, paths)) {
    const use = useOf(element);
    if (head !== null && isUsed(head.registry, element)) continue;
    const before = usedBefore(use.type, use.number);
    const [first] = before;
    if (first === undefined || before.some((each) => isSame(each, use))) continue;
    const fix = otherNumber(element, first, usedBefore);
    changes.push({ ...reused(element, use, first), fix, semver: first.semver });
  }
  return changes;
}

type Numbered = DescField | DescEnum["values"][number];

function* elementsOf(registry: FileRegistry, paths: Iterable<string>): Generator<Numbered> {
  for (const path of paths) {
    const file = registry.getFile(path);
    if (file === undefined) continue;
    for (const type of file.enums) yield* type.values;
    for (const message of allMessages(file.messages)) {
      yield* message.fields;
      for (const nested of message.nestedEnums) yield* nested.values;
    }
  }
}

function useOf(element: Numbered): NumberUse {
  const { parent, number, name } = element;
  const shape = element.kind === "field" ? shapeOf(element) : "";
  return { type: parent.typeName, number, name, shape };
}

function shapeOf(field: DescField): string {
  return field.fieldKind === "list" ? `repeated ${typeOf(field)}` : typeOf(field);
}

function isUsed(registry: FileRegistry, element: Numbered): boolean {
  const { typeName: type } = element.parent;
  return element.kind === "field"
    ? (registry.getMessage(type)?.fields.some((field) => field.number === element.number) ?? false)
    : (registry.getEnum(type)?.values.some((value) => value.number === element.number) ?? false);
}

function isSame(a: NumberUse, b: NumberUse): boolean {
  return a.name === b.name && a.shape === b.shape;
}

/** The same element under a number that no release ever used, and what keeps the old one from coming back. */
function otherNumber(
  element: Numbered,
  first: LedgerEntry,
  usedBefore: (type: string, number: number) => readonly LedgerEntry[],
): string | null {
  const { parent, number } = element;
  const free = freeNumber([parent], (each) => usedBefore(parent.typeName, each).length > 0);
  if (free === null) return null;
  const declaration = declarationOf(element).replace(/\d+$/, `${free}`);
  const name = parent.file.proto.syntax === "editions" ? first.name : `"${first.name}"`;
  return `In ${parent.kind} ${parent.name}, write \`${declaration};\`, as no release used ${free}, and \`reserved ${number}; reserved ${name};\`.`;
}

function reused(element: Numbered, use: NumberUse, first: LedgerEntry): Change {
  const { file } = element.parent;
  const isField = element.kind === "field";
  const say = ({ shape, name }: NumberUse) => (isField ? `${shape} ${name}` : name);
  return {
    rule: isField ? "FIELD_NUMBER_NO_REUSE" : "ENUM_VALUE_NUMBER_NO_REUSE",
    message: `Number ${use.number} of ${use.type} was "${say(first)}" since release ${first.semver}, was deleted later, and is "${say(use)}" now.`,
    element: `${use.type}.${use.name}`,
    place: {
      side: "proposal",
      file: `${file.name}.proto`,
      line: sourceLines(file).place(element).line,
      column: 1,
    },
    before: `${say(first)} = ${use.number};`,
    after: `${say(use)} = ${use.number};`,
  };
}
