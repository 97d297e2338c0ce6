import { defaultTemplate, type Policy } from "../policy/policy.ts";
import type { PatternToken } from "./pattern.ts";
import { type Element, parseTemplate } from "./template.ts";

/** How the subjects of one owner's modules are named. */
export interface OwnerGrammar {
  readonly owner: string;
  readonly roots: readonly string[];
  /** A subject must fit one of them, where there are any. */
  readonly forms: readonly GrammarForm[];
  /** The major of proto packages that have none, or null where they are refused. */
  readonly unversioned: number | null;
  /** The roots of other owners. */
  readonly taken: readonly { readonly root: string; readonly owner: string }[];
}

/** A template with one of the owner's roots in the place of `<root>`. */
export interface GrammarForm {
  /** `ai.<domain>[.<service>].<operation…>.v<major>[.{id}…]` */
  readonly text: string;
  readonly elements: readonly Element[];
  readonly root: string | null;
}

/**
 * The grammar that a policy has for an owner.
 *
 * @throws Error when a template cannot be read; a policy with such a one cannot be set
 */
export function grammarOf(subjects: Policy["subjects"], owner: string): OwnerGrammar {
  const own = ownEntry(subjects, owner);
  const others = ownEntry(subjects, "*");
  const roots = own?.roots ?? [owner];
  const taken = Object.entries(subjects)
    .filter(([other]) => other !== owner && other !== "*")
    .flatMap(([other, each]) => (each.roots ?? []).map((root) => ({ root, owner: other })));
  return {
    owner,
    roots,
    forms: (own?.grammars ?? others?.grammars ?? [defaultTemplate]).flatMap((text) =>
      formsOf(text, roots),
    ),
    unversioned: own?.unversioned ?? others?.unversioned ?? null,
    taken,
  };
}

/** An owner may be named like what every object has: `constructor` is a module's owner, too. */
function ownEntry<T>(entries: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(entries, key) ? entries[key] : undefined;
}

function formsOf(text: string, roots: readonly string[]): GrammarForm[] {
  const result = parseTemplate(text);
  if (!result.ok) throw new Error(`the grammar "${text}" cannot be read: ${result.reason}`);
  const { template } = result;
  if (template.elements[0]?.kind !== "root") {
    return [{ text: template.text, elements: template.elements, root: null }];
  }
  return roots.map((root) => {
    const literals = root.split(".").map((name) => literalOf(name));
    return {
      text: template.text.replace("<root>", root),
      elements: [...literals, ...template.elements.slice(1)],
      root,
    };
  });
}

function literalOf(name: string): Element {
  return { kind: "literal", name, isOptional: false, mayRepeat: false };
}

/** Whether a pattern begins with the literals of a root. */
export function beginsWith(tokens: readonly PatternToken[], root: string): boolean {
  return root.split(".").every((name, i) => {
    const token = tokens[i];
    return token?.kind === "literal" && token.text === name;
  });
}

/** What subjects of a grammar look like. */
export function shapeOf({ forms }: OwnerGrammar): string {
  return forms.length === 0 ? "another root" : forms.map((form) => form.text).join(" or ");
}
