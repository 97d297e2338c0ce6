import type { SubjectPattern } from "./pattern.ts";

interface Node<T> {
  readonly literals: Map<string, Node<T>>;
  parameter: Node<T> | null;
  value: T | null;
}

/** Finds the pattern that a subject matches. Patterns in one trie never overlap. */
export interface SubjectTrie<T> {
  /** The value of the pattern that a subject matches, or null. Allocates only the tokens' text. */
  match(subject: string): T | null;
}

function newNode<T>(): Node<T> {
  return { literals: new Map(), parameter: null, value: null };
}

/** Builds the look-up once, on write, so that a match is one step for each token. */
export function buildTrie<T>(
  entries: Iterable<{ readonly pattern: SubjectPattern; readonly value: T }>,
): SubjectTrie<T> {
  const root = newNode<T>();
  for (const { pattern, value } of entries) {
    let node = root;
    for (const token of pattern.tokens)
      node = step(node, token.kind === "literal" ? token.text : null);
    node.value = value;
  }
  return { match: (subject) => find(root, subject, 0) };
}

function step<T>(node: Node<T>, literal: string | null): Node<T> {
  if (literal === null) {
    node.parameter ??= newNode();
    return node.parameter;
  }
  let next = node.literals.get(literal);
  if (next === undefined) {
    next = newNode();
    node.literals.set(literal, next);
  }
  return next;
}

/** A literal is tried first; a parameter where no literal leads to a pattern. */
function find<T>(node: Node<T>, subject: string, start: number): T | null {
  if (start > subject.length) return node.value;
  const dot = subject.indexOf(".", start);
  const end = dot < 0 ? subject.length : dot;
  if (end === start) return null;
  const literal = node.literals.get(subject.slice(start, end));
  if (literal !== undefined) {
    const found = find(literal, subject, end + 1);
    if (found !== null) return found;
  }
  return node.parameter === null ? null : find(node.parameter, subject, end + 1);
}
