import type { FailurePlace } from "../failure.ts";
import { limits } from "../limits.ts";

/** An import statement of a file. */
export interface Import {
  readonly path: string;
  readonly line: number;
}

/** What a look at a file's text tells before anything compiles it. */
export interface Scan {
  readonly imports: readonly Import[];
  /** Semicolons and opening braces: an upper bound of types, fields, values and rpcs. */
  readonly statements: number;
  /** Why no compiler should see the file, or null. */
  readonly problem: FailurePlace | null;
}

// Unterminated comments and strings match to their end, so that no text makes the scan start over.
const token =
  /\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?|[A-Za-z_][\w.]*|[{}[\]()<>,;=\n]/g;

/**
 * Reads a file's imports and bounds its nesting and its size, so that a file that is made to stall
 * a compiler or a generator is refused before one runs. One pass; strings and comments are skipped.
 */
export function scanProto(file: string, text: string): Scan {
  const imports: Import[] = [];
  const open: number[] = [];
  let statements = 0;
  let line = 1;
  let onLine = 0;
  let importing = false;
  const refuse = (message: string): Scan => ({
    imports,
    statements,
    problem: { message, file, line },
  });
  /** Whether the innermost block has room for one more. */
  const count = (): boolean => {
    importing = false;
    statements++;
    const inner = open.length - 1;
    if (inner < 0) return true;
    open[inner] = (open[inner] ?? 0) + 1;
    return (open[inner] ?? 0) <= limits.fieldsPerMessage;
  };
  const tooMany = `a block has more than ${limits.fieldsPerMessage} statements; split the message`;
  for (const [part] of text.matchAll(token)) {
    const first = part.charCodeAt(0);
    if ((part === ";" || part === "{" || part === ",") && ++onLine > limits.elementsPerLine) {
      return refuse(`more than ${limits.elementsPerLine} elements are on one line; break the line`);
    }
    if (part === "\n") {
      line++;
      onLine = 0;
    } else if (part === "{" || part === "[" || part === "(" || part === "<") {
      if (part === "{" && !count()) return refuse(tooMany);
      open.push(0);
      if (open.length > limits.nestingDepth) {
        return refuse(`nesting is deeper than ${limits.nestingDepth} levels; flatten the messages`);
      }
    } else if (part === "}" || part === "]" || part === ")" || part === ">") {
      open.pop();
    } else if (part === ";") {
      if (!count()) return refuse(tooMany);
    } else if (first === quote || first === apostrophe) {
      if (importing) imports.push({ path: part.slice(1, -1), line });
    } else if (first === slash) {
      line += newlines(part);
    } else if (part === "import" && open.length === 0) {
      importing = true;
    } else if (part === "=") {
      importing = false;
    }
  }
  return { imports, statements, problem: null };
}

const quote = 34;
const apostrophe = 39;
const slash = 47;

function newlines(text: string): number {
  let count = 0;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) count++;
  return count;
}
