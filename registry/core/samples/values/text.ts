import { getTextEncoding } from "@bufbuild/protobuf/wire";
import fc from "fast-check";
import { countOf, listOf, type Rules } from "./rules.ts";
import { filtered, Unsatisfiable } from "./unsatisfiable.ts";

/** What a subject's parameter may hold: WIRE, "Subject parameters". */
const tokenCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_=~@:+-";
export const subjectToken = /^[A-Za-z0-9_=~@:+-]{1,128}$/;

const printable = fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 1 });
/**
 * Any code point but the halves of surrogate pairs. fast-check's own unit "binary" is the same, and
 * lists all of them when it is made: more work than everything else that a check does.
 */
const anyCharacter = fc
  .integer({ min: 0, max: 0x10ffff - 0x800 })
  .map((index) => String.fromCodePoint(index < 0xd800 ? index : index + 0x800));
const tokenCharacter = fc.constantFrom(...tokenCharacters);
/** Mostly readable; now and then any code point, because the contract admits it. */
const character = fc.oneof(
  { weight: 30, arbitrary: printable },
  { weight: 1, arbitrary: anyCharacter },
);

/** Characters beyond the shortest string that a text usually has. The bound itself is tried too. */
const usualRoom = 24;
/** Longer strings are left out: nothing new is learnt, and messages have a largest size. */
const longest = 65_536;

interface Lengths {
  readonly min: number;
  readonly max: number;
}

/** Strings that keep the rules. With `token`, they also fit in a subject. */
export function stringArbitrary(rules: Rules, token: boolean): fc.Arbitrary<string> {
  const keeps = (value: string) =>
    keepsTextRules(rules, value) && (!token || subjectToken.test(value));
  const listed = rules.values.has("const")
    ? [rules.values.get("const") as string]
    : listOf<string>(rules, "in");
  if (listed.length > 0) {
    const choices = listed.filter(keeps);
    if (choices.length === 0) throw new Unsatisfiable("no listed value keeps its other rules");
    return fc.constantFrom(...choices);
  }
  const examples = listOf<string>(rules, "example").filter(keeps);
  try {
    const made = filtered(shaped(rules, token), keeps, namesOf(rules, token));
    if (examples.length === 0) return made;
    return fc.oneof({ weight: 4, arbitrary: made }, fc.constantFrom(...examples));
  } catch (error) {
    if (error instanceof Unsatisfiable && examples.length > 0) return fc.constantFrom(...examples);
    throw error;
  }
}

function namesOf(rules: Rules, token: boolean): string {
  const names = [...rules.values.keys()].map((name) => `string.${name}`);
  if (token) names.push("the form of a subject's token");
  return names.join(", ");
}

/** Strings of the right form; lengths and exclusions are the filter's. */
function shaped(rules: Rules, token: boolean): fc.Arbitrary<string> {
  for (const [name, make] of Object.entries(wellKnown)) {
    if (rules.values.has(name)) return make();
  }
  const lengths = lengthsOf(rules);
  const pattern = rules.values.get("pattern") as string | undefined;
  if (pattern !== undefined) return matching(pattern, lengths);
  const before = (rules.values.get("prefix") as string | undefined) ?? "";
  const within = (rules.values.get("contains") as string | undefined) ?? "";
  const after = (rules.values.get("suffix") as string | undefined) ?? "";
  const fixed = Array.from(before + within + after).length;
  const least = token ? Math.max(lengths.min, 1) : lengths.min;
  const room = {
    min: Math.max(0, least - fixed),
    max: Math.max(0, (token ? Math.min(lengths.max, 128) : lengths.max) - fixed),
  };
  const free = token
    ? text(tokenCharacter, room)
    : lengths.width === null
      ? text(character, room)
      : text(lengths.width === 1 ? printable : fc.constant(wideCharacters[lengths.width]), room);
  return free.map((middle) => before + middle + within + after);
}

const wideCharacters = { 1: "a", 2: "é", 3: "中", 4: "😀" } as const;

/** The lengths in characters, and the bytes that each character must have when bytes are ruled. */
function lengthsOf(rules: Rules): Lengths & { readonly width: 1 | 2 | 3 | 4 | null } {
  const min = countOf(rules, "len", countOf(rules, "min_len", 0));
  const max = countOf(rules, "len", countOf(rules, "max_len", Number.POSITIVE_INFINITY));
  if (min > max) throw new Unsatisfiable("its shortest length is above its longest");
  const minBytes = countOf(rules, "len_bytes", countOf(rules, "min_bytes", 0));
  const maxBytes = countOf(
    rules,
    "len_bytes",
    countOf(rules, "max_bytes", Number.POSITIVE_INFINITY),
  );
  if (minBytes === 0 && maxBytes === Number.POSITIVE_INFINITY) return { min, max, width: null };
  for (const width of [1, 2, 3, 4] as const) {
    const low = Math.max(min, Math.ceil(minBytes / width));
    const high = Math.min(max, Math.floor(maxBytes / width));
    if (low <= high) return { min: low, max: high, width };
  }
  throw new Unsatisfiable("no string has both its length in characters and its length in bytes");
}

function text(unit: fc.Arbitrary<string>, { min, max }: Lengths): fc.Arbitrary<string> {
  const usual = fc.string({ unit, minLength: min, maxLength: Math.min(max, min + usualRoom) });
  if (max <= min + usualRoom || max > longest) return usual;
  const full = unit.map((one) => one.repeat(max));
  return fc.oneof(
    { withCrossShrink: true },
    { weight: 12, arbitrary: usual },
    { weight: 1, arbitrary: full },
  );
}

/** `^[class]+$` and its like, which most patterns are: the length can then be chosen. */
const oneClass = /^\^(\[(?:[^\]\\]|\\.)+\]|\\[dw])(?:([+*])|\{(\d+)(?:(,)(\d*))?\})\$$/;

function matching(pattern: string, lengths: Lengths): fc.Arbitrary<string> {
  const simple = oneClass.exec(pattern);
  if (simple !== null) {
    const [, unit = "", repeat, from, comma, to] = simple;
    const least = repeat === "*" ? 0 : repeat === "+" ? 1 : Number(from);
    const most =
      repeat !== undefined || (comma !== undefined && to === "")
        ? Number.POSITIVE_INFINITY
        : Number(comma === undefined ? from : to);
    const range = { min: Math.max(least, lengths.min), max: Math.min(most, lengths.max) };
    if (range.min > range.max)
      throw new Unsatisfiable("its pattern and its length exclude each other");
    return text(stringMatching(`^${unit}$`), range);
  }
  try {
    return stringMatching(pattern, Math.min(lengths.max, lengths.min + 256));
  } catch (error) {
    throw new Unsatisfiable(`the pattern ${pattern} cannot be generated (${String(error)})`);
  }
}

/** Arbitraries by their patterns, which come from contracts: so many are kept. */
const known = new Map<string, fc.Arbitrary<string>>();
const mostKnown = 200;

/**
 * Every type is built again for each place that is demanded of it, and of a class such as `\p{L}`
 * fast-check lists the characters each time.
 */
function stringMatching(pattern: string, maxLength?: number): fc.Arbitrary<string> {
  const key = `${maxLength} ${pattern}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  const made = fc.stringMatching(compiled(pattern), maxLength === undefined ? {} : { maxLength });
  if (known.size === mostKnown) known.clear();
  known.set(key, made);
  return made;
}

/** RE2 as protovalidate writes it, in JavaScript's words. Of "any case", the case that is written. */
function compiled(pattern: string): RegExp {
  const source = pattern
    .replace(/^\(\?i\)/, "")
    .replaceAll("(?P<", "(?<")
    .replaceAll("\\A", "^")
    .replaceAll("\\z", "$");
  try {
    return new RegExp(source, "u");
  } catch {
    return new RegExp(source);
  }
}

const port = fc.integer({ min: 1, max: 65_535 });
const byte = fc.integer({ min: 1, max: 223 });
const v4 = byte.map((n) => `${n}.0.0.0/8`);
const v6 = fc.integer({ min: 1, max: 0xffff }).map((n) => `${n.toString(16)}::/16`);
/** Not fast-check's `webPath`: it lists all code points, which takes a second. */
const path = () => fc.stringMatching(/^(\/([A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-F]{2}){0,8}){0,3}$/);
const url = () =>
  fc
    .tuple(fc.constantFrom("http", "https"), fc.domain(), path())
    .map(([scheme, host, rest]) => `${scheme}://${host}${rest}`);
const name = fc.stringMatching(/^[A-Za-z_][A-Za-z_0-9]{0,8}(\.[A-Za-z_][A-Za-z_0-9]{0,8}){0,2}$/);

/** The forms that protovalidate knows by name. */
const wellKnown: Readonly<Record<string, () => fc.Arbitrary<string>>> = {
  email: () => fc.emailAddress(),
  hostname: () => fc.domain(),
  ip: () => fc.oneof(fc.ipV4(), fc.ipV6()),
  ipv4: () => fc.ipV4(),
  ipv6: () => fc.ipV6(),
  uri: url,
  uri_ref: () => fc.oneof(url(), path()),
  address: () => fc.oneof(fc.domain(), fc.ipV4(), fc.ipV6()),
  uuid: () => fc.uuid(),
  tuuid: () => fc.uuid().map((value) => value.replaceAll("-", "")),
  ulid: () => fc.ulid(),
  ip_with_prefixlen: () => fc.oneof(v4, v6),
  ipv4_with_prefixlen: () => v4,
  ipv6_with_prefixlen: () => v6,
  ip_prefix: () => fc.oneof(v4, v6),
  ipv4_prefix: () => v4,
  ipv6_prefix: () => v6,
  host_and_port: () => fc.tuple(fc.domain(), port).map(([host, at]) => `${host}:${at}`),
  protobuf_fqn: () => name,
  protobuf_dot_fqn: () => name.map((value) => `.${value}`),
  well_known_regex: () => fc.stringMatching(/^[a-zA-Z][a-zA-Z-]{0,20}$/),
};

/** Whether a string keeps the rules that need no engine for patterns and forms. */
function keepsTextRules(rules: Rules, value: string): boolean {
  const characters = Array.from(value).length;
  const bytes = getTextEncoding().encodeUtf8(value).length;
  const text = (rule: string) => (rules.values.get(rule) as string | undefined) ?? "";
  const barred = rules.values.get("not_contains") as string | undefined;
  return (
    characters >= countOf(rules, "len", countOf(rules, "min_len", 0)) &&
    characters <= countOf(rules, "len", countOf(rules, "max_len", Number.POSITIVE_INFINITY)) &&
    bytes >= countOf(rules, "len_bytes", countOf(rules, "min_bytes", 0)) &&
    bytes <= countOf(rules, "len_bytes", countOf(rules, "max_bytes", Number.POSITIVE_INFINITY)) &&
    value.startsWith(text("prefix")) &&
    value.endsWith(text("suffix")) &&
    value.includes(text("contains")) &&
    (barred === undefined || !value.includes(barred)) &&
    !listOf<string>(rules, "not_in").includes(value)
  );
}
