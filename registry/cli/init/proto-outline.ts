/** What a look at a .proto file tells without compiling it. */
export interface ProtoOutline {
  /** Empty where the file has no package. */
  readonly protoPackage: string;
  readonly imports: readonly string[];
  readonly services: readonly OutlinedService[];
  /** Also those inside of others, as `Outer.Inner`. */
  readonly messages: readonly OutlinedMessage[];
}

export interface OutlinedService {
  readonly name: string;
  readonly comment: string;
  readonly line: number;
  readonly rpcs: readonly OutlinedRpc[];
}

export interface OutlinedRpc {
  readonly name: string;
  readonly comment: string;
  readonly line: number;
  /** As it is written: `GenerateReq`, `ember.Status`. */
  readonly request: string;
  readonly reply: string;
  readonly requestStreams: boolean;
  readonly replyStreams: boolean;
}

export interface OutlinedMessage {
  readonly name: string;
  readonly comment: string;
  readonly line: number;
  readonly fields: readonly { readonly name: string; readonly type: string }[];
}

/** A place in the tokens of a file. */
interface Cursor {
  readonly tokens: readonly Token[];
  /** The comments that stand behind something on its line. */
  readonly behind: ReadonlyMap<number, string>;
  at: number;
}

interface Token {
  readonly text: string;
  readonly line: number;
  /** The comment that stands directly above it. */
  readonly above: string;
}

/**
 * Reads the outline of a file. It expects no lint discipline and finds no errors: what it does not
 * understand is passed over, and buf has the last word when the module is pushed.
 */
export function outlineProto(text: string): ProtoOutline {
  const cursor: Cursor = { ...tokenize(text), at: 0 };
  const services: OutlinedService[] = [];
  const messages: OutlinedMessage[] = [];
  const imports: string[] = [];
  let protoPackage = "";
  while (cursor.at < cursor.tokens.length) {
    const token = peek(cursor);
    if (token === "service" && peek(cursor, 2) === "{") services.push(readService(cursor));
    else if (token === "message" && peek(cursor, 2) === "{") readMessage(cursor, "", messages);
    else {
      if (token === "package") protoPackage = peek(cursor, 1);
      // `import public "a.proto";`
      const path = [peek(cursor, 1), peek(cursor, 2)].find((each) => /^["']/.test(each));
      if (token === "import" && path !== undefined) imports.push(path.slice(1, -1));
      skip(cursor);
    }
  }
  return { protoPackage, imports, services, messages };
}

function peek({ tokens, at }: Cursor, ahead = 0): string {
  return tokens[at + ahead]?.text ?? "";
}

function next(cursor: Cursor): string {
  return cursor.tokens[cursor.at++]?.text ?? "";
}

/** Passes over a statement: to its semicolon, or the end of its block. */
function skip(cursor: Cursor): void {
  for (let depth = 0; cursor.at < cursor.tokens.length; ) {
    const token = next(cursor);
    if (token === "{") depth++;
    else if (token === "}") depth--;
    if (depth <= 0 && (token === ";" || token === "}")) return;
  }
}

/** What is said of the declaration that begins here, above it or behind it. */
function head({ tokens, behind, at }: Cursor): { readonly comment: string; readonly line: number } {
  const token = tokens[at];
  if (token === undefined) return { comment: "", line: 1 };
  const comment = [token.above, behind.get(token.line) ?? ""].join("\n").trim();
  return { comment, line: token.line };
}

function readService(cursor: Cursor): OutlinedService {
  const { comment, line } = head(cursor);
  next(cursor);
  const name = next(cursor);
  const rpcs: OutlinedRpc[] = [];
  next(cursor);
  while (cursor.at < cursor.tokens.length && peek(cursor) !== "}") {
    if (peek(cursor) === "rpc") rpcs.push(readRpc(cursor));
    else skip(cursor);
  }
  next(cursor);
  return { name, comment, line, rpcs };
}

/** `rpc Name(Request) returns (stream Reply)`, with a semicolon or a block behind it. */
function readRpc(cursor: Cursor): OutlinedRpc {
  const { comment, line } = head(cursor);
  next(cursor);
  const name = next(cursor);
  const request = readSide(cursor);
  next(cursor);
  const reply = readSide(cursor);
  skip(cursor);
  return {
    name,
    comment,
    line,
    request: request.type,
    reply: reply.type,
    requestStreams: request.streams,
    replyStreams: reply.streams,
  };
}

function readSide(cursor: Cursor): { readonly type: string; readonly streams: boolean } {
  next(cursor);
  const streams = peek(cursor) === "stream" && peek(cursor, 1) !== ")";
  if (streams) next(cursor);
  const type = next(cursor);
  next(cursor);
  return { type, streams };
}

/** @param messages gets the message, and those inside of it */
function readMessage(cursor: Cursor, outer: string, messages: OutlinedMessage[]): void {
  const { comment, line } = head(cursor);
  next(cursor);
  const name = `${outer}${next(cursor)}`;
  const fields: { name: string; type: string }[] = [];
  next(cursor);
  for (let open = 1; cursor.at < cursor.tokens.length && open > 0; ) {
    const token = peek(cursor);
    if (token === "message" && peek(cursor, 2) === "{") readMessage(cursor, `${name}.`, messages);
    else if (token === "oneof" && peek(cursor, 2) === "{") {
      cursor.at += 3;
      open++;
    } else if (token === "}") {
      next(cursor);
      open--;
    } else {
      const field = fieldAt(cursor);
      if (field !== null) fields.push(field);
      skip(cursor);
    }
  }
  messages.push({ name, comment, line, fields });
}

/** `[repeated|optional|required] <type> <name> = <number>`, maps and groups left out. */
function fieldAt(cursor: Cursor): { readonly name: string; readonly type: string } | null {
  const label = peek(cursor);
  if (["repeated", "option", "reserved", "extensions", "enum", "extend"].includes(label)) {
    return null;
  }
  const at = label === "optional" || label === "required" ? 1 : 0;
  if (peek(cursor, at) === "group") return null;
  return peek(cursor, at + 2) === "="
    ? { type: peek(cursor, at), name: peek(cursor, at + 1) }
    : null;
}

const part =
  /(?<comment>\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|(?<token>"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?|\.?[A-Za-z_][\w.]*|[{}[\]()<>,;=])|(?<line>\n)/g;

/** The tokens of a file, and the comments that stand behind something on its line. */
function tokenize(text: string): Pick<Cursor, "tokens" | "behind"> {
  const tokens: Token[] = [];
  const behind = new Map<number, string>();
  let above: string[] = [];
  let line = 1;
  let blank = true;
  for (const { groups = {} } of text.matchAll(part)) {
    if (groups.line !== undefined) {
      // An empty line parts a comment from what follows.
      if (blank) above = [];
      line++;
      blank = true;
    } else if (groups.comment !== undefined) {
      const plain = plainComment(groups.comment);
      const last = tokens.at(-1);
      if (last?.line === line) behind.set(line, [behind.get(line) ?? "", plain].join("\n").trim());
      else above.push(plain);
      line += groups.comment.split("\n").length - 1;
      blank = false;
    } else if (groups.token !== undefined) {
      tokens.push({ text: groups.token, line, above: above.join("\n") });
      above = [];
      blank = false;
    }
  }
  return { tokens, behind };
}

/** A comment without its marks. */
function plainComment(text: string): string {
  return text
    .replace(/^\/\*+|\*+\/$|^\/\/+/g, "")
    .split("\n")
    .map((each) => each.replace(/^\s*\*+ ?/, "").trim())
    .join("\n")
    .trim();
}
