import type { DescEnum, DescMessage } from "@bufbuild/protobuf";
import type { ComparedRevision } from "../../diff/revision.ts";
import { declarationOf } from "../../diff/words.ts";
import type { Element } from "../../revision/source-lines.ts";
import type { Change } from "../change.ts";
import { freeNumber } from "./free-number.ts";

/** The part of a type that a full name means: a field, a oneof, a value or an rpc. */
function memberNamed({ registry }: ComparedRevision, fullName: string): Element | undefined {
  const [parent, name] = split(fullName);
  const type = registry.get(parent);
  switch (type?.kind) {
    case "message":
      return [...type.fields, ...type.oneofs].find((each) => each.name === name);
    case "enum":
      return type.values.find((each) => each.name === name);
    case "service":
      return type.methods.find((each) => each.name === name);
    default:
      return undefined;
  }
}

function split(fullName: string): readonly [parent: string, name: string] {
  const dot = fullName.lastIndexOf(".");
  return [fullName.slice(0, dot), fullName.slice(dot + 1)];
}

/** The source as it was, or, where it was too long to show, as it can be written. */
function sourceOf(change: Change, element: Element | undefined): string | null {
  const isWhole = change.before !== null && !change.before.endsWith("…");
  if (isWhole && !change.before.includes("\n")) return change.before;
  return element === undefined ? null : `${declarationOf(element)};`;
}

/** A field or value that is gone: as deprecated it breaks nobody, reserved it is at least safe. */
export function keepOrReserve(change: Change, old: ComparedRevision): string | null {
  const gone = memberNamed(old, change.element);
  const source = sourceOf(change, gone);
  if ((gone?.kind !== "field" && gone?.kind !== "enum_value") || source === null) return null;
  const { number, name, parent } = gone;
  const where = `${parent.kind} ${parent.name}`;
  if (change.rule.endsWith("_NO_DELETE")) {
    return `In ${where}, put back \`${deprecated(source)}\` in place of its reservation.`;
  }
  const reserved = reservationOf(number, name, old, parent);
  return `In ${where}, put back \`${deprecated(source)}\`. If it must go, write \`${reserved}\` there.`;
}

/** Editions write reserved names as identifiers, the older syntaxes as texts. */
function reservationOf(
  number: number,
  name: string,
  { registry }: ComparedRevision,
  parent: DescMessage | DescEnum,
): string {
  const isEdition = registry.getFile(`${parent.file.name}.proto`)?.proto.syntax === "editions";
  return `reserved ${number}; reserved ${isEdition ? name : `"${name}"`};`;
}

/** The declaration with one option more. */
function deprecated(source: string): string {
  if (/\bdeprecated\s*=\s*true\b/.test(source)) return source;
  return source.includes("[")
    ? source.replace("[", "[deprecated = true, ")
    : source.replace(/;\s*$/, " [deprecated = true];");
}

/** A part of a type that is another now, or gone. A new form of a field needs a number of its own. */
export function putBackMember(
  change: Change,
  old: ComparedRevision,
  now: ComparedRevision,
): string | null {
  const changed = memberNamed(now, change.element);
  const before =
    changed?.kind === "field" || changed?.kind === "enum_value"
      ? numbered(old, changed.parent.typeName, changed.number)
      : memberNamed(old, change.element);
  if (before?.kind === "oneof") {
    const fields = before.fields.map((field) => field.name).join(", ");
    return `In message ${before.parent.name}, put the fields ${fields} back into \`oneof ${before.name} { … }\`.`;
  }
  const source = sourceOf(change, before);
  if (source === null || before === undefined || !("parent" in before)) return null;
  const place =
    before.parent === undefined ? "" : `In ${before.parent.kind} ${before.parent.name}, `;
  const inside =
    before.kind === "field" && before.oneof ? ` inside \`oneof ${before.oneof.name}\`` : "";
  const free =
    needsNewField.test(change.rule) && changed?.kind === "field"
      ? freeNumber(revisionsOf(changed.parent, old, now))
      : null;
  const rest = free === null ? "" : ` Give the new form a field of its own: ${free} is free.`;
  return `${place}put back \`${source}\`${inside}.${rest}`;
}

function revisionsOf({ typeName }: DescMessage, ...sides: readonly ComparedRevision[]) {
  return sides.flatMap(({ registry }) => registry.getMessage(typeName) ?? []);
}

const needsNewField =
  /^MESSAGE_PASSES_UNHARMED$|^FIELD_(?:SAME|WIRE(?:_JSON)?_COMPATIBLE)_(?:TYPE|CARDINALITY|ONEOF)$/;

function numbered({ registry }: ComparedRevision, type: string, number: number) {
  const parent = registry.get(type);
  if (parent?.kind === "message") return parent.fields.find((each) => each.number === number);
  return parent?.kind === "enum" ? parent.value[number] : undefined;
}

/** A type that is gone, or has left its file. */
export function putBackType(change: Change, old: ComparedRevision): string | null {
  const type = old.registry.get(change.element);
  if (type === undefined) return null;
  const head = type.kind === "extension" ? declarationOf(type) : `${type.kind} ${type.name} { … }`;
  return `Put \`${head}\` back into ${type.file.name}.proto.`;
}

/** Numbers and names that were reserved, or for extensions, and are free again. */
export function rangeFix({ rule, message, element }: Change): string | null {
  const [, parent] = split(element);
  const [, name] = /^Previously present reserved name ("[^"]+")/.exec(message) ?? [];
  const [, first, last] = /missing values: \[(-?\d+)(?:,(-?\d+))?\]/.exec(message) ?? [];
  const what = name ?? (last === undefined ? first : `${first} to ${last}`);
  if (what === undefined) return null;
  const word = rule.startsWith("EXTENSION_") ? "extensions" : "reserved";
  const kind = rule.includes("ENUM") ? "enum" : "message";
  return `In ${kind} ${parent}, put back \`${word} ${what};\`.`;
}
