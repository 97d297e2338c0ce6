import { beginsWith, type GrammarForm, type OwnerGrammar, shapeOf } from "./owner-grammar.ts";
import type { PatternToken } from "./pattern.ts";
import { type Element, isVersion, isWord, matchTemplate } from "./template.ts";

/** Why a pattern fits none of a grammar's forms, whatever its version: what the nearest one misses. */
export function explainMismatch(tokens: readonly PatternToken[], grammar: OwnerGrammar): string {
  const tried = grammar.forms.map((form) => ({
    form,
    match: matchTemplate(form.elements, tokens, null),
  }));
  const furthest = Math.max(...tried.map(({ match }) => match.reached));
  const nearest = tried.find(({ match }) => match.reached === furthest);
  if (nearest === undefined) throw new Error("a grammar has a form");
  const { form, match } = nearest;
  const literals = tokens.map((token) => (token.kind === "literal" ? token.text : null));
  const reason =
    versionProblem(literals, form) ??
    rootProblem(tokens, form, grammar) ??
    aroundVersionProblem(literals, form) ??
    placeProblem(tokens[match.reached], match.expected);
  return `${reason}; expected ${shapeOf(grammar)}`;
}

/** The literals of a pattern, null for a parameter. */
type Literals = readonly (string | null)[];

function versionProblem(literals: Literals, { elements }: GrammarForm): string | null {
  const wantsVersion = elements.some((each) => each.kind === "version");
  const hasVersion = literals.some((text) => text !== null && isVersion(text));
  return wantsVersion && !hasVersion ? "it has no version token" : null;
}

function rootProblem(
  tokens: readonly PatternToken[],
  { root }: GrammarForm,
  { owner, roots }: OwnerGrammar,
): string | null {
  const [first] = tokens;
  if (root === null || first?.kind !== "literal") return null;
  if (roots.some((each) => beginsWith(tokens, each))) return null;
  const names = roots.map((each) => `"${each}"`).join(" or ");
  return `modules of "${owner}" have the root ${names}, this one starts with "${first.text}"`;
}

/** The usual grammar has words before the version, and parameters behind it. */
function aroundVersionProblem(literals: Literals, { elements }: GrammarForm): string | null {
  const split = elements.findIndex((each) => each.kind === "version");
  const before = elements.slice(0, split);
  const isUsual =
    split > 0 &&
    before.every((each) => each.kind === "literal" || each.kind === "word") &&
    elements.slice(split + 1).every((each) => each.kind === "parameter");
  if (!isUsual) return null;
  const at = literals.findLastIndex((text) => text !== null && isVersion(text));
  const version = literals[at];
  if (literals.slice(0, at).some((text) => text === null || !isWord(text))) {
    return `the tokens before ${version} must be lower-case words`;
  }
  const required = before.filter((each) => !each.isOptional);
  if (at < required.length) {
    const names = required.filter((each) => each.kind === "word").map((each) => each.name);
    return `it names no ${names.join(" and ")}`;
  }
  const hasWordAfter = literals.slice(at + 1).some((text) => text !== null);
  return hasWordAfter ? `only {parameters} may follow ${version}` : null;
}

/** @param token the one that does not fit; undefined where the pattern ends too early */
function placeProblem(token: PatternToken | undefined, expected: readonly Element[]): string {
  const wanted = expected.map(describe).join(" or ");
  if (token === undefined) return `it ends where ${wanted} is expected`;
  const shown = token.kind === "literal" ? `"${token.text}"` : `{${token.field}}`;
  if (wanted === "") return `${shown} is one token too many`;
  return `${shown} stands where ${wanted} is expected`;
}

function describe({ kind, name }: Element): string {
  switch (kind) {
    case "word":
      return `a lower-case word for <${name}>`;
    case "parameter":
      return "a {parameter}";
    case "any":
      return "a token";
    case "literal":
      return `"${name}"`;
    case "root":
    case "version":
      return name;
  }
}
