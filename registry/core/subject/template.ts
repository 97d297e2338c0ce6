import { limits } from "../limits.ts";
import type { PatternToken } from "./pattern.ts";

/**
 * A grammar of subjects as a policy writes it, such as
 * `<root>.<domain>[.<service>].<operation…>.v<major>[.{id}…]`:
 *
 * - `svc` a literal, `<root>` what the policy names, only at the beginning
 * - `<domain>` one lower-case word, `<operation…>` one or several
 * - `v<major>` the major of the proto package, at most once
 * - `{id}` one parameter, `{id}…` one or several
 * - `*` one token of any kind, `>` one or several, only at the end
 * - `[.…]` one token that may be left out
 */
export interface Template {
  readonly text: string;
  readonly elements: readonly Element[];
}

/** What one token of a subject, or several, may be. */
export interface Element {
  readonly kind: "literal" | "root" | "word" | "version" | "parameter" | "any";
  /** The literal, or the name between the brackets. */
  readonly name: string;
  readonly isOptional: boolean;
  readonly mayRepeat: boolean;
}

export type TemplateResult =
  | { readonly ok: true; readonly template: Template }
  | { readonly ok: false; readonly reason: string };

const word = /^[a-z][a-z0-9_-]*$/;
const versionToken = /^v[1-9][0-9]{0,3}$/;

/** Reads a grammar. */
export function parseTemplate(text: string): TemplateResult {
  const refuse = (reason: string): TemplateResult => ({ ok: false, reason });
  if (text.length > limits.grammarLength) {
    return refuse(`it has ${text.length} characters, at most ${limits.grammarLength} are allowed`);
  }
  const elements: Element[] = [];
  const piece = /(^|\.|\[\.)([^.[\]]+)(\])?/y;
  const plain = text.replaceAll("...", "…");
  while (piece.lastIndex < plain.length || elements.length === 0) {
    const start = piece.lastIndex;
    const match = piece.exec(plain);
    const isOptional = match?.[1] === "[.";
    if (match === null || isOptional !== (match[3] === "]")) {
      const rest = JSON.stringify(plain.slice(start));
      return refuse(
        `it cannot be read from ${rest} on; expected tokens with a dot between, and a token that may be left out as [.token]`,
      );
    }
    const element = readToken(match[2] ?? "", isOptional);
    if (element === null) return refuse(`the token "${match[2]}" is none; expected ${forms}`);
    elements.push(element);
  }
  const problem = orderProblem(elements);
  return problem === null ? { ok: true, template: { text: plain, elements } } : refuse(problem);
}

const forms =
  "a literal, <root>, a <word>, <words…>, v<major>, a {parameter}, {parameters}…, * or > at the end";

const named = /^(?:<(?<word>[a-z_]+)(?<words>…?)>|\{(?<parameter>[a-z_]+)\}(?<parameters>…?))$/;
const literal = /^[A-Za-z0-9][A-Za-z0-9_-]*$/;

function readToken(text: string, isOptional: boolean): Element | null {
  const once = { name: text, isOptional, mayRepeat: false };
  if (text === "v<major>") return { kind: "version", ...once };
  if (text === "*" || text === ">") return { kind: "any", ...once, mayRepeat: text === ">" };
  if (literal.test(text)) return { kind: "literal", ...once };
  const groups = named.exec(text)?.groups;
  if (groups === undefined) return null;
  const mayRepeat = (groups.words ?? groups.parameters) === "…";
  if (groups.parameter !== undefined) {
    return { kind: "parameter", name: groups.parameter, isOptional, mayRepeat };
  }
  const kind = groups.word === "root" ? "root" : "word";
  return { kind, name: groups.word ?? "", isOptional, mayRepeat };
}

function orderProblem(elements: readonly Element[]): string | null {
  const first = elements[0];
  if (first === undefined || !["literal", "root", "word"].includes(first.kind)) {
    // A parameter or a wildcard there would let subjects be claimed that are the server's own.
    return "it must begin with a literal, <root> or a <word>";
  }
  if (elements.length > limits.subjectTokens) {
    return `it has ${elements.length} tokens, at most ${limits.subjectTokens} are allowed`;
  }
  if (elements.some((each, i) => each.kind === "root" && (i > 0 || each.mayRepeat))) {
    return "<root> stands at the beginning, and once";
  }
  const versions = elements.filter((each) => each.kind === "version");
  if (versions.length > 1) return "v<major> stands in it twice";
  if (versions.some((each) => each.isOptional)) {
    return "v<major> cannot be left out; write two grammars, one with it and one without";
  }
  if (elements.slice(0, -1).some((each) => each.name === ">" && each.kind === "any")) {
    return "> stands at the end only";
  }
  return null;
}

/** How far a subject follows a template. */
export interface Match {
  readonly fits: boolean;
  /** How many of its tokens fit; where it goes wrong. */
  readonly reached: number;
  /** What may stand there. Empty where the subject should have ended. */
  readonly expected: readonly Element[];
}

/**
 * Follows a template along the tokens of a pattern, all ways at once: a place is the element that
 * comes next, and whether it may come again.
 *
 * @param version what `v<major>` stands for, `v1`; null for any
 */
export function matchTemplate(
  elements: readonly Element[],
  tokens: readonly PatternToken[],
  version: string | null,
): Match {
  let places = open(elements, [0]);
  for (const [reached, token] of tokens.entries()) {
    const next = new Set<number>();
    for (const at of places) {
      const element = elements[at];
      if (element === undefined || !accepts(element, token, version)) continue;
      next.add(at + 1);
      if (element.mayRepeat) next.add(at);
    }
    if (next.size === 0) return { fits: false, reached, expected: elementsAt(elements, places) };
    places = open(elements, next);
  }
  const expected = elementsAt(elements, places);
  return { fits: places.has(elements.length), reached: tokens.length, expected };
}

/** Places, and those behind what may be left out. */
function open(elements: readonly Element[], places: Iterable<number>): ReadonlySet<number> {
  const all = new Set(places);
  for (const place of all) if (elements[place]?.isOptional) all.add(place + 1);
  return all;
}

function elementsAt(elements: readonly Element[], places: ReadonlySet<number>): readonly Element[] {
  return [...places].sort((a, b) => a - b).flatMap((place) => elements[place] ?? []);
}

function accepts(element: Element, token: PatternToken, version: string | null): boolean {
  if (element.kind === "any") return true;
  if (token.kind === "parameter") return element.kind === "parameter";
  switch (element.kind) {
    case "literal":
      return token.text === element.name;
    case "word":
      return isWord(token.text);
    case "version":
      return version === null ? isVersion(token.text) : token.text === version;
    default:
      return false;
  }
}

/** Whether a text is a lower-case word, such as a domain's or an operation's name. */
export function isWord(text: string): boolean {
  return word.test(text);
}

/** Whether a text is a version token, such as `v1`. */
export function isVersion(text: string): boolean {
  return versionToken.test(text);
}
