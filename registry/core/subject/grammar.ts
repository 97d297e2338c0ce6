import { packageVersion } from "../revision/package-version.ts";
import { explainMismatch } from "./mismatch.ts";
import { beginsWith, type OwnerGrammar, shapeOf } from "./owner-grammar.ts";
import type { SubjectPattern } from "./pattern.ts";
import { isVersion, matchTemplate } from "./template.ts";

/** Why a pattern is outside of the grammar, or null when it is inside. */
export function grammarProblem(
  { tokens }: SubjectPattern,
  protoPackage: string,
  grammar: OwnerGrammar,
): string | null {
  const { forms, owner } = grammar;
  const fits = (version: string) =>
    forms.some(({ elements }) => matchTemplate(elements, tokens, version).fits);
  const other = grammar.taken.find(({ root }) => beginsWith(tokens, root));
  if (other !== undefined) {
    return `"${other.root}" belongs to the modules of "${other.owner}", and this one is of "${owner}"; expected ${shapeOf(grammar)}`;
  }
  // Whoever does not know the grammar of an estate refuses nothing by it.
  if (forms.length === 0) return null;
  const major = packageVersion(protoPackage).major ?? grammar.unversioned;
  if (fits(major === null ? "" : `v${major}`)) return null;
  const written = tokens.flatMap((token) => (token.kind === "literal" ? token.text : []));
  const version = written.filter(isVersion).find(fits);
  if (version === undefined) return explainMismatch(tokens, grammar);
  if (major === null) {
    return `its proto package "${protoPackage}" has no version; name it like ${protoPackage}.v1`;
  }
  return `its version ${version} is not the major of its proto package "${protoPackage}"; expected v${major}`;
}
