import { countOf, listOf, type Rules } from "../values/rules.ts";

/** What is longer cannot be sent: nats-server takes messages of 1 MiB unless told otherwise. */
const longestSent = 900_000;

/** Strings that probably break one rule, made from a valid one. None when no string breaks it. */
export function brokenStrings(rules: Rules, rule: string, valid: string): readonly string[] {
  const count = (name: string) => countOf(rules, name, 0);
  switch (rule) {
    case "len":
      return [resized(valid, count(rule) + 1), ...shorter(valid, count(rule))];
    case "min_len":
      return shorter(valid, count(rule));
    case "max_len":
      return longer(valid, count(rule));
    case "len_bytes":
      return [...longer(asciiOf(valid), count(rule)), ...shorter(asciiOf(valid), count(rule))];
    case "min_bytes":
      return shorter(asciiOf(valid), count(rule));
    case "max_bytes":
      return [...longer(asciiOf(valid), count(rule)), "😀".repeat(Math.floor(count(rule) / 4) + 1)];
    case "not_in":
      return listOf<string>(rules, rule);
    case "not_contains": {
      const barred = rules.values.get(rule) as string;
      return [valid + barred, barred + valid, barred];
    }
    case "contains":
    case "prefix":
    case "suffix":
      return [valid.replaceAll(rules.values.get(rule) as string, ""), ...edits(valid)];
    default:
      return edits(valid);
  }
}

/** Small changes to a string, from the gentlest. */
function edits(valid: string): string[] {
  // By code points: half of a surrogate pair cannot be encoded.
  const characters = Array.from(valid);
  const { length } = characters;
  return [
    `${valid}x`,
    `x${valid}`,
    characters.slice(1).join(""),
    characters.slice(0, -1).join(""),
    `${valid} `,
    ` ${valid}`,
    `${valid}!`,
    `${valid}é`,
    valid.toUpperCase(),
    valid.toLowerCase(),
    "!".repeat(length),
    " ".repeat(length),
    "\n".repeat(length),
    "x".repeat(length),
    "",
    "!",
    " ",
    "x",
    "X",
    "0",
    "not valid",
    "://",
  ];
}

function shorter(valid: string, bound: number): string[] {
  return bound === 0 ? [] : [resized(valid, bound - 1)];
}

function longer(valid: string, bound: number): string[] {
  return bound >= longestSent ? [] : [resized(valid, bound + 1)];
}

/** A string of so many characters, of the same make: its end repeats. */
function resized(valid: string, length: number): string {
  const characters = Array.from(valid);
  const last = characters.at(-1) ?? "a";
  const kept = characters.slice(0, length);
  return kept.join("") + last.repeat(length - kept.length);
}

function asciiOf(valid: string): string {
  // One character is one byte then, so lengths in bytes can be met exactly.
  return valid.replace(/[^\x20-\x7e]/gu, "a");
}

/** Byte strings that probably break one rule, made from a valid one. */
export function brokenBytes(rules: Rules, rule: string, valid: Uint8Array): readonly Uint8Array[] {
  const count = countOf(rules, rule, 0);
  switch (rule) {
    case "len":
      return [
        bytesResized(valid, count + 1),
        ...(count > 0 ? [bytesResized(valid, count - 1)] : []),
      ];
    case "min_len":
      return count > 0 ? [bytesResized(valid, count - 1)] : [];
    case "max_len":
      return count < longestSent ? [bytesResized(valid, count + 1)] : [];
    case "not_in":
      return listOf<Uint8Array>(rules, rule);
    default:
      return [
        bytesResized(valid, valid.length + 1),
        valid.slice(1),
        valid.slice(0, -1),
        valid.map((byte) => byte ^ 0x01),
        new Uint8Array([0x21]),
        new Uint8Array(5),
        new Uint8Array(),
      ];
  }
}

function bytesResized(valid: Uint8Array, length: number): Uint8Array {
  const sized = new Uint8Array(length);
  sized.set(valid.slice(0, length));
  return sized;
}
