import { limits } from "../limits.ts";

export type PatternToken =
  | { readonly kind: "literal"; readonly text: string }
  | { readonly kind: "parameter"; readonly field: string };

/** A subject with `{field}` parameters, each of which stands for one token. */
export interface SubjectPattern {
  readonly text: string;
  readonly tokens: readonly PatternToken[];
}

export type PatternResult =
  | { readonly ok: true; readonly pattern: SubjectPattern }
  | { readonly ok: false; readonly reason: string };

/** What a token of a concrete subject may hold: WIRE, "Subject parameters". */
const tokenForm = `[A-Za-z0-9_=~@:+-]{1,${limits.parameterLength}}`;
const subjectToken = new RegExp(`^${tokenForm}$`);
const wholeSubject = new RegExp(`^${tokenForm}(?:\\.${tokenForm}){0,${limits.subjectTokens - 1}}$`);
const literalToken = /^[A-Za-z0-9_-]{1,64}$/;
/** Names as protobuf allows them: files that nobody may touch have fields such as `ticketId`. */
const fieldPath = /^[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*$/;

/** Splits at the dots that are outside of braces: `a.{meta.request_id}` has two tokens. */
function splitPattern(text: string): string[] {
  const tokens: string[] = [];
  let start = 0;
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === "{") depth++;
    else if (c === "}") depth--;
    else if (c === "." && depth === 0) {
      tokens.push(text.slice(start, i));
      start = i + 1;
    }
  }
  tokens.push(text.slice(start));
  return tokens;
}

function parseToken(text: string): PatternToken | string {
  if (text.startsWith("{") && text.endsWith("}")) {
    const field = text.slice(1, -1);
    if (fieldPath.test(field)) return { kind: "parameter", field };
    return `the parameter "${text}" must name a field, such as {world_id} or {meta.request_id}`;
  }
  if (literalToken.test(text)) return { kind: "literal", text };
  if (text === "") return "it has an empty token";
  return `the token "${text}" must be letters, digits, "-" and "_", or a {parameter}; wildcards are written as parameters`;
}

/** Reads what a binding declares. */
export function parsePattern(text: string): PatternResult {
  if (text.length === 0) return { ok: false, reason: "it is empty" };
  if (text.length > limits.subjectLength) {
    return {
      ok: false,
      reason: `it has ${text.length} characters, at most ${limits.subjectLength} are allowed`,
    };
  }
  const tokens: PatternToken[] = [];
  const fields = new Set<string>();
  for (const each of splitPattern(text)) {
    const token = parseToken(each);
    if (typeof token === "string") return { ok: false, reason: token };
    if (token.kind === "parameter") {
      // Subjects with two values for it would match, and no message could fill them.
      if (fields.has(token.field)) return { ok: false, reason: `it has ${each} twice` };
      fields.add(token.field);
    }
    tokens.push(token);
  }
  if (tokens.length > limits.subjectTokens) {
    return {
      ok: false,
      reason: `it has ${tokens.length} tokens, at most ${limits.subjectTokens} are allowed`,
    };
  }
  return { ok: true, pattern: { text, tokens } };
}

/** Whether some subject matches both patterns. */
export function overlaps(a: SubjectPattern, b: SubjectPattern): boolean {
  if (a.tokens.length !== b.tokens.length) return false;
  return a.tokens.every((token, i) => {
    const other = b.tokens[i];
    return (
      token.kind === "parameter" ||
      other?.kind === "parameter" ||
      (other?.kind === "literal" && token.text === other.text)
    );
  });
}

/** The pattern as NATS writes it, each parameter a `*`. */
export function wildcardOf(pattern: SubjectPattern): string {
  return pattern.tokens.map((token) => (token.kind === "literal" ? token.text : "*")).join(".");
}

/**
 * Whether a text is a concrete subject, in one pass for the hot path; `parseSubject` says why it is
 * none. Its characters need no escaping in JSON.
 */
export function isSubject(text: string): boolean {
  return text.length <= limits.subjectLength && wholeSubject.test(text);
}

/**
 * The tokens of a concrete subject, or why it is none. A subject goes into answers and logs, so
 * anything but plain tokens is refused: wildcards, spaces, line breaks, empty tokens.
 */
export function parseSubject(
  text: string,
):
  | { readonly ok: true; readonly tokens: readonly string[] }
  | { readonly ok: false; readonly reason: string } {
  if (text.length === 0 || text.length > limits.subjectLength) {
    return { ok: false, reason: `a subject has 1 to ${limits.subjectLength} characters` };
  }
  const tokens = text.split(".");
  if (tokens.length > limits.subjectTokens) {
    return { ok: false, reason: `a subject has at most ${limits.subjectTokens} tokens` };
  }
  for (const token of tokens) {
    if (!subjectToken.test(token)) {
      return {
        ok: false,
        reason: `the token ${JSON.stringify(token)} must be 1 to ${limits.parameterLength} of A-Z a-z 0-9 _ = ~ @ : + -`,
      };
    }
  }
  return { ok: true, tokens };
}

/**
 * Whether a pattern lies within a NATS filter such as `ai.npc.>` or `ai.*.infer.>`: every subject
 * of the pattern then matches the filter. A `*` admits a parameter, a literal only itself.
 */
export function within(pattern: SubjectPattern, filter: readonly string[]): boolean {
  for (const [i, part] of filter.entries()) {
    if (part === ">") return pattern.tokens.length > i;
    const token = pattern.tokens[i];
    if (token === undefined) return false;
    if (part !== "*" && (token.kind !== "literal" || token.text !== part)) return false;
  }
  return pattern.tokens.length === filter.length;
}
