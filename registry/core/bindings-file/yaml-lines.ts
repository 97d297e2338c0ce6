import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from "yaml";

/** Something that is wrong on a line. */
export interface LineProblem {
  readonly message: string;
  readonly line: number;
  readonly column?: number;
}

/** Both are counted from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A YAML text as plain JSON, with the line of everything in it. */
export type YamlRead =
  | {
      readonly ok: true;
      readonly value: unknown;
      /** Where what keys and indices lead to is; the nearest thing around it if it is not there. */
      readonly positionOf: (path: readonly string[]) => Position;
      readonly lineOf: (path: readonly string[]) => number;
    }
  | { readonly ok: false; readonly problems: readonly LineProblem[] };

/**
 * Reads YAML that somebody unknown may have sent. What YAML allows and JSON does not is refused:
 * aliases (a few of them can stand for gigabytes), keys that are no text, and keys that are there
 * twice.
 *
 * @param deepest how many maps and lists may be inside of each other
 */
export function readYamlLines(text: string, deepest: number): YamlRead {
  const counter = new LineCounter();
  // yaml's own search for keys that are there twice is quadratic.
  const document = parseDocument(text, { lineCounter: counter, uniqueKeys: false });
  const [error] = document.errors;
  if (error !== undefined) {
    const reason = error.message.split("\n")[0]?.replace(/ at line \d+, column \d+:?$/, "") ?? "";
    const { line, col } = error.linePos?.[0] ?? { line: 1, col: 1 };
    const message = `it is no valid YAML: ${reason}`;
    return { ok: false, problems: [{ message, line, column: col }] };
  }
  const problems: LineProblem[] = [];
  const positions = new Map<string, Position>();
  const positionAt = (node: unknown): Position => {
    const at = isNode(node) ? node.range?.[0] : undefined;
    if (at === undefined) return { line: 1, column: 1 };
    const { line, col } = counter.linePos(at);
    return { line, column: col };
  };

  const walk = (node: unknown, path: readonly string[]): void => {
    if (isAlias(node)) {
      const message = `*${node.source} is an alias; write out what it stands for`;
      problems.push({ message, ...positionAt(node) });
    } else if (!isMap(node) && !isSeq(node)) {
      return;
    } else if (path.length >= deepest) {
      problems.push({ message: "it is nested too deeply", ...positionAt(node) });
    } else if (isSeq(node)) {
      for (const [i, item] of node.items.entries()) {
        positions.set(keyOf([...path, `${i}`]), positionAt(item));
        walk(item, [...path, `${i}`]);
      }
    } else {
      for (const { key, value } of node.items) {
        if (!isScalar(key)) {
          problems.push({ message: "a key must be plain text", ...positionAt(key) });
          continue;
        }
        const at = [...path, String(key.value)];
        if (positions.has(keyOf(at))) {
          problems.push({ message: `${at.join(": ")} is there twice`, ...positionAt(key) });
        }
        positions.set(keyOf(at), positionAt(key));
        walk(value, at);
      }
    }
  };
  walk(document.contents, []);
  if (problems.length > 0) return { ok: false, problems };

  const positionOf = (path: readonly string[]): Position => {
    for (let length = path.length; length > 0; length--) {
      const position = positions.get(keyOf(path.slice(0, length)));
      if (position !== undefined) return position;
    }
    return positionAt(document.contents);
  };
  return {
    ok: true,
    value: document.toJS({ maxAliasCount: 0 }),
    positionOf,
    lineOf: (path) => positionOf(path).line,
  };
}

function keyOf(path: readonly string[]): string {
  return JSON.stringify(path);
}
