import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from "yaml";

/** Something that is wrong on a line, counted from 1. */
export interface LineProblem {
  readonly message: string;
  readonly line: number;
}

/** A YAML text as plain JSON, with the line of everything in it. */
export type YamlRead =
  | {
      readonly ok: true;
      readonly value: unknown;
      /** The line of what keys and indices lead to; of the nearest thing around it if it is not there. */
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
    const line = error.linePos?.[0].line ?? 1;
    return { ok: false, problems: [{ message: `it is no valid YAML: ${reason}`, line }] };
  }
  const problems: LineProblem[] = [];
  const lines = new Map<string, number>();
  const lineAt = (node: unknown): number => {
    const at = isNode(node) ? node.range?.[0] : undefined;
    return at === undefined ? 1 : counter.linePos(at).line;
  };

  const walk = (node: unknown, path: readonly string[]): void => {
    if (isAlias(node)) {
      const message = `*${node.source} is an alias; write out what it stands for`;
      problems.push({ message, line: lineAt(node) });
    } else if (!isMap(node) && !isSeq(node)) {
      return;
    } else if (path.length >= deepest) {
      problems.push({ message: "it is nested too deeply", line: lineAt(node) });
    } else if (isSeq(node)) {
      for (const [i, item] of node.items.entries()) {
        lines.set(keyOf([...path, `${i}`]), lineAt(item));
        walk(item, [...path, `${i}`]);
      }
    } else {
      for (const { key, value } of node.items) {
        if (!isScalar(key)) {
          problems.push({ message: "a key must be plain text", line: lineAt(key) });
          continue;
        }
        const at = [...path, String(key.value)];
        if (lines.has(keyOf(at))) {
          problems.push({ message: `${at.join(": ")} is there twice`, line: lineAt(key) });
        }
        lines.set(keyOf(at), lineAt(key));
        walk(value, at);
      }
    }
  };
  walk(document.contents, []);
  if (problems.length > 0) return { ok: false, problems };

  const lineOf = (path: readonly string[]): number => {
    for (let length = path.length; length > 0; length--) {
      const line = lines.get(keyOf(path.slice(0, length)));
      if (line !== undefined) return line;
    }
    return lineAt(document.contents);
  };
  return { ok: true, value: document.toJS({ maxAliasCount: 0 }), lineOf };
}

function keyOf(path: readonly string[]): string {
  return JSON.stringify(path);
}
