import {
  type StringRules,
  StringRulesSchema,
} from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import { matcherOf } from "../pattern-match.ts";
import { type Check, every, namesOf, UnknownRule } from "./check.ts";

/** Texts that keep their rules. Throws `UnknownRule`. */
export function textCheck(rules: StringRules): Check<string> | null {
  const names = namesOf(rules, StringRulesSchema);
  return every(names.map((name) => lengthRule(rules, name) ?? textRule(rules, name)));
}

function textRule(rules: StringRules, name: string): Check<string> | null {
  switch (name) {
    case "const": {
      const wanted = rules.const;
      return (text) => text === wanted;
    }
    case "prefix": {
      const prefix = rules.prefix;
      return (text) => text.startsWith(prefix);
    }
    case "suffix": {
      const suffix = rules.suffix;
      return (text) => text.endsWith(suffix);
    }
    case "contains": {
      const part = rules.contains;
      return (text) => text.includes(part);
    }
    case "notContains": {
      const part = rules.notContains;
      return (text) => !text.includes(part);
    }
    case "in": {
      const listed = rules.in;
      return (text) => listed.includes(text);
    }
    case "notIn": {
      const barred = rules.notIn;
      return (text) => !barred.includes(text);
    }
    case "pattern":
      return patternRule(rules.pattern);
    case "uuid":
    case "tuuid":
    case "ulid":
      return formatRule(rules, forms[name]);
    case "example":
      return null;
    default:
      throw new UnknownRule();
  }
}

function patternRule(pattern: string): Check<string> {
  try {
    const matcher = matcherOf(pattern);
    return (text) => matcher.test(text);
  } catch {
    throw new UnknownRule();
  }
}

/** The forms that are one plain expression, as protovalidate has them. */
const forms = {
  uuid: /^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$/,
  tuuid: /^[0-9a-fA-F]{32}$/,
  ulid: /^[0-7][0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{25}$/,
} as const;

function formatRule(rules: StringRules, form: RegExp): Check<string> | null {
  return rules.wellKnown.value === true ? (text) => form.test(text) : null;
}

/** Rules of the length, in characters or in bytes; null for another rule. */
function lengthRule(rules: StringRules, name: string): Check<string> | null {
  switch (name) {
    case "len":
      return every([atLeastCharacters(rules.len), atMostCharacters(rules.len)]);
    case "minLen":
      return atLeastCharacters(rules.minLen);
    case "maxLen":
      return atMostCharacters(rules.maxLen);
    case "lenBytes":
      return every([atLeastBytes(rules.lenBytes), atMostBytes(rules.lenBytes)]);
    case "minBytes":
      return atLeastBytes(rules.minBytes);
    case "maxBytes":
      return atMostBytes(rules.maxBytes);
    default:
      return null;
  }
}

// A character is one or two UTF-16 units, and a unit is one to three bytes in UTF-8. So the length,
// which costs nothing, decides of most texts, and only the others are counted.

function atLeastCharacters(bound: bigint): Check<string> {
  const min = Number(bound);
  return (text) => text.length >= 2 * min - 1 || (text.length >= min && charactersIn(text) >= min);
}

function atMostCharacters(bound: bigint): Check<string> {
  const max = Number(bound);
  return (text) => text.length <= max || (text.length <= 2 * max && charactersIn(text) <= max);
}

function atLeastBytes(bound: bigint): Check<string> {
  const min = Number(bound);
  return (text) => text.length >= min || (3 * text.length >= min && bytesIn(text) >= min);
}

function atMostBytes(bound: bigint): Check<string> {
  const max = Number(bound);
  return (text) => 3 * text.length <= max || (text.length <= max && bytesIn(text) <= max);
}

function charactersIn(text: string): number {
  let characters = 0;
  for (const _ of text) characters++;
  return characters;
}

const utf8 = new TextEncoder();

function bytesIn(text: string): number {
  return utf8.encode(text).length;
}
