import { getTextEncoding } from "@bufbuild/protobuf/wire";
import fc from "fast-check";
import { countOf, listOf, type Rules } from "./rules.ts";
import { stringArbitrary } from "./text.ts";
import { filtered, Unsatisfiable } from "./unsatisfiable.ts";

const usualRoom = 32;

/** Byte strings that keep the rules. */
export function bytesArbitrary(rules: Rules): fc.Arbitrary<Uint8Array> {
  const keeps = (value: Uint8Array) => keepsBytesRules(rules, value);
  const constant = rules.values.get("const") as Uint8Array | undefined;
  const listed = constant === undefined ? listOf<Uint8Array>(rules, "in") : [constant];
  if (listed.length > 0) {
    const choices = listed.filter(keeps);
    if (choices.length === 0) throw new Unsatisfiable("no listed value keeps its other rules");
    return fc.constantFrom(...choices);
  }
  return filtered(
    shaped(rules),
    keeps,
    [...rules.values.keys()].map((each) => `bytes.${each}`).join(", "),
  );
}

function shaped(rules: Rules): fc.Arbitrary<Uint8Array> {
  const pattern = rules.values.get("pattern");
  if (pattern !== undefined) {
    const asText: Rules = { ...rules, kind: "string", values: new Map([["pattern", pattern]]) };
    return stringArbitrary(asText, false).map((value) => getTextEncoding().encodeUtf8(value));
  }
  const before = part(rules, "prefix");
  const within = part(rules, "contains");
  const after = part(rules, "suffix");
  const fixed = before.length + within.length + after.length;
  const sizes = sizesOf(rules);
  const arrays = sizes.map(({ min, max }) =>
    fc.uint8Array({
      minLength: Math.max(0, min - fixed),
      maxLength: Math.max(0, Math.min(max, min + usualRoom) - fixed),
    }),
  );
  return fc
    .oneof(...arrays)
    .map((middle) => Uint8Array.of(...before, ...middle, ...within, ...after));
}

function part(rules: Rules, name: string): Uint8Array {
  return (rules.values.get(name) as Uint8Array | undefined) ?? new Uint8Array();
}

function sizesOf(rules: Rules): { readonly min: number; readonly max: number }[] {
  const exactly = (...sizes: number[]) => sizes.map((size) => ({ min: size, max: size }));
  if (rules.values.has("ip")) return exactly(4, 16);
  if (rules.values.has("ipv4")) return exactly(4);
  if (rules.values.has("ipv6") || rules.values.has("uuid")) return exactly(16);
  const min = countOf(rules, "len", countOf(rules, "min_len", 0));
  const max = countOf(rules, "len", countOf(rules, "max_len", Number.POSITIVE_INFINITY));
  if (min > max) throw new Unsatisfiable("its shortest length is above its longest");
  return [{ min, max }];
}

function keepsBytesRules(rules: Rules, value: Uint8Array): boolean {
  const prefix = part(rules, "prefix");
  const suffix = part(rules, "suffix");
  const within = part(rules, "contains");
  return (
    value.length >= countOf(rules, "len", countOf(rules, "min_len", 0)) &&
    value.length <= countOf(rules, "len", countOf(rules, "max_len", Number.POSITIVE_INFINITY)) &&
    isAt(value, 0, prefix) &&
    isAt(value, value.length - suffix.length, suffix) &&
    (within.length === 0 || value.some((_, i) => isAt(value, i, within))) &&
    !listOf<Uint8Array>(rules, "not_in").some(
      (other) => other.length === value.length && isAt(value, 0, other),
    )
  );
}

function isAt(value: Uint8Array, start: number, piece: Uint8Array): boolean {
  return start >= 0 && piece.every((byte, i) => value[start + i] === byte);
}
