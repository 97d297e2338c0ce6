import type { SubjectPattern } from "./pattern.ts";

/**
 * The subject grammar of an estate. The default is
 * `<root>.<domain>[.<service>].<operation…>.v<major>[.{id}…]`, lower case, with one root token for
 * each owner of modules.
 */
export interface SubjectGrammar {
  /** The root token of an owner; an owner that is not listed has its own name. */
  readonly roots: Readonly<Record<string, string>>;
}

export const defaultGrammar: SubjectGrammar = { roots: { bodybroker: "ai", charter: "charter" } };

const word = /^[a-z][a-z0-9_-]*$/;
const major = /^v([1-9][0-9]{0,3})$/;

/** The major of a proto package: 1 for `bodybroker.npc.v1`, 2 for `a.v2beta1`; null without one. */
export function packageMajor(protoPackage: string): number | null {
  const match = /\.v([1-9][0-9]*)(?:p[0-9]+)?(?:(?:alpha|beta|test)[a-z0-9]*)?$/.exec(protoPackage);
  return match?.[1] === undefined ? null : Number(match[1]);
}

/** Whether a proto package promises nothing yet: anything but a plain `vN`. */
export function isUnstable(protoPackage: string): boolean {
  return !/\.v[1-9][0-9]*$/.test(protoPackage);
}

/** An owner may be named like what every object has: `constructor` is a module's owner, too. */
function rootOf(owner: string, { roots }: SubjectGrammar): string {
  return Object.hasOwn(roots, owner) ? (roots[owner] ?? owner) : owner;
}

/** Why a pattern is outside of the grammar, or null when it is inside. */
export function grammarProblem(
  pattern: SubjectPattern,
  owner: string,
  protoPackage: string,
  grammar: SubjectGrammar,
): string | null {
  const root = rootOf(owner, grammar);
  const literals = pattern.tokens.map((token) => (token.kind === "literal" ? token.text : null));
  const at = literals.findLastIndex((text) => text !== null && major.test(text));
  const shape = `${root}.<domain>.<operation>.v<major>[.{id}]`;
  if (at < 0) return `it has no version token; expected ${shape}`;
  const head = literals.slice(0, at);
  if (head.some((text) => text === null || !word.test(text))) {
    return `the tokens before ${literals[at]} must be lower-case words; expected ${shape}`;
  }
  if (head[0] !== root) {
    return `modules of "${owner}" have the root "${root}", this one starts with "${head[0]}"; expected ${shape}`;
  }
  if (head.length < 3) return `it names no domain and operation; expected ${shape}`;
  if (literals.slice(at + 1).some((text) => text !== null)) {
    return `only {parameters} may follow ${literals[at]}; expected ${shape}`;
  }
  const wanted = packageMajor(protoPackage);
  if (wanted === null) {
    return `its proto package "${protoPackage}" has no version; name it like ${protoPackage}.v1`;
  }
  if (literals[at] !== `v${wanted}`) {
    return `its version ${literals[at]} is not the major of its proto package "${protoPackage}"; expected v${wanted}`;
  }
  return null;
}
