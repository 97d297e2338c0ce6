import type { DescMessage, MessageShape, Registry } from "@bufbuild/protobuf";
import { toText } from "@bufbuild/protobuf/txtpb";
import type { Aspects } from "./aspects.ts";

/**
 * The options of one element in both revisions, each as `option <name>` with its text. Nothing for
 * options that are the same, which most are: printing takes most of the time of a comparison.
 *
 * @param registries what both sides' custom options are read with
 */
export function optionAspects<Desc extends DescMessage>(
  schema: Desc,
  sides: readonly [old: MessageShape<Desc> | undefined, now: MessageShape<Desc> | undefined],
  registries: readonly [old: Registry, now: Registry],
): readonly [old: Aspects, now: Aspects] {
  const [old, now] = sides;
  if (isSame(old, now)) return nothing;
  return [printed(schema, old, registries[0]), printed(schema, now, registries[1])];
}

const nothing: readonly [Aspects, Aspects] = [new Map(), new Map()];

/** Whether two messages hold the same in the same order, custom options as bytes that nobody read yet. */
function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => isSame(a[key as keyof typeof a], b[key as keyof typeof b]));
}

function printed<Desc extends DescMessage>(
  schema: Desc,
  options: MessageShape<Desc> | undefined,
  registry: Registry,
): Aspects {
  const aspects = new Map<string, string>();
  if (options === undefined) return aspects;
  const text = toText(schema, options, { registry, printUnknownFields: true });
  for (const [name, value] of entriesOf(text)) {
    if (name === "features") {
      // The others show in what they decide: presence, openness, encoding.
      for (const [feature, chosen] of entriesOf(withoutBraces(value))) {
        if (feature.startsWith("(")) add(`features.${feature}`, chosen);
      }
    } else if (!shownElsewhere.has(name)) add(name, value);
  }
  return aspects;

  /** A repeated option is printed once for each of its values. */
  function add(name: string, value: string): void {
    const property = `option ${name}`;
    const known = aspects.get(property);
    const words = inOneLine(value);
    aspects.set(property, known === undefined ? words : `${known}, ${words}`);
  }
}

/** What bindings and the words for types and lists say better. */
const shownElsewhere: ReadonlySet<string> = new Set([
  "(charter.nats.v1.service)",
  "(charter.nats.v1.request)",
  "(charter.nats.v1.event)",
  "packed",
]);

/** The entries of a text in protobuf's text format: one begins where a line is not indented. */
function* entriesOf(text: string): Generator<readonly [name: string, value: string]> {
  for (const entry of text.split(/\n(?=[^\s}])/)) {
    const match = /^(?:\[([^\]]+)\]|(\w+)):? (.*)$/s.exec(entry.trimEnd());
    if (match === null) continue;
    const [, extension, name = "", value = ""] = match;
    yield [extension === undefined ? name : `(${extension})`, value];
  }
}

function withoutBraces(value: string): string {
  return value.replace(/^\{\n|\n\}$/g, "").replace(/^ {2}/gm, "");
}

/** Line breaks in texts are escaped, so that those that are left are layout. */
function inOneLine(value: string): string {
  return value
    .replace(/\{\n\s*/g, "{")
    .replace(/\n\s*\}/g, "}")
    .replace(/\n\s*/g, " ");
}
