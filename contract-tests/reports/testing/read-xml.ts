/** An element of a document, its entities resolved. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Element[];
  readonly text: string;
}

interface Open {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Element[];
  text: string;
}

/** The production Char of XML 1.0. */
const notChar = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/u;
const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';
const name = "[A-Za-z_][A-Za-z0-9_.-]*";
const tag = new RegExp(`<(/?)(${name})((?:\\s+${name}="[^"<]*")*)\\s*(/?)>`, "y");
const attribute = new RegExp(`(${name})="([^"]*)"`, "g");
const entities: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
};

/**
 * Reads the part of XML that a test report needs: elements, attributes and text. Throws for whatever
 * else there is, and for what is not well-formed.
 */
export function readXml(document: string): Element {
  if (!document.startsWith(declaration)) throw new Error("there is no declaration");
  const bad = notChar.exec(document);
  if (bad !== null) throw new Error(`no character of XML at ${bad.index}`);
  const root: Open = { name: "", attributes: {}, children: [], text: "" };
  const open: Open[] = [root];
  let at = declaration.length;
  while (at < document.length) {
    const next = document.indexOf("<", at);
    const end = next === -1 ? document.length : next;
    innermost(open).text += resolved(document.slice(at, end));
    if (next === -1) break;
    tag.lastIndex = next;
    const found = tag.exec(document);
    if (found === null) throw new Error(`no tag at ${next}: ${document.slice(next, next + 40)}`);
    step(open, found);
    at = tag.lastIndex;
  }
  const [element, ...others] = root.children;
  if (open.length !== 1 || element === undefined || others.length > 0 || root.text.trim() !== "") {
    throw new Error("a document has one element, and it is closed");
  }
  return element;
}

function step(open: Open[], [, slash, name = "", attributes = "", empty]: RegExpExecArray): void {
  if (slash === "/") {
    if (open.length === 1 || open.pop()?.name !== name)
      throw new Error(`</${name}> closes nothing`);
    return;
  }
  const pairs = [...attributes.matchAll(attribute)].map(
    ([, key = "", value = ""]) => [key, resolved(value)] as const,
  );
  if (new Set(pairs.map(([key]) => key)).size < pairs.length) {
    throw new Error(`<${name}> has an attribute twice`);
  }
  const element: Open = { name, attributes: Object.fromEntries(pairs), children: [], text: "" };
  innermost(open).children.push(element);
  if (empty !== "/") open.push(element);
}

function innermost(open: readonly Open[]): Open {
  const last = open.at(-1);
  if (last === undefined) throw new Error("nothing is open");
  return last;
}

function resolved(text: string): string {
  if (text.includes("]]>")) throw new Error("]]> has no place in text");
  return text.replace(/&([^;]*;?)/g, (whole, entity: string) => {
    const character = entity.endsWith(";") ? entities[entity.slice(0, -1)] : undefined;
    if (character === undefined) throw new Error(`no entity: ${whole}`);
    return character;
  });
}
