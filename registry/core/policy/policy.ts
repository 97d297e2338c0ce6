import type { Tier } from "../gate/report.ts";
import type { RuleFamily } from "../gate/rule.ts";
import type { Stability } from "../revision/package-version.ts";

/**
 * What the gate refuses: breaks of the schema by how much they break, and everything that a family
 * of Charter's own rules finds. A finding of tier `compatible` is refused by its rule's id only.
 */
export const blockable = [
  "wire",
  "json",
  "source",
  "dangerous",
  "binding",
  "behaviour",
  "version",
  "addition",
] as const satisfies readonly (Tier | RuleFamily)[];
export type Blockable = (typeof blockable)[number];

/** How strictly the gate judges some modules. */
export interface PolicyRule {
  /** See `fitsModule`: `*`, `bodybroker/*`, `bodybroker/npc`. */
  readonly modules: string;
  /** The proto packages that it is about, by what their names promise; all when left out. */
  readonly stability?: readonly Stability[];
  readonly block: readonly Blockable[];
  /** Ids of rules that refuse nothing, whatever `block` says. */
  readonly allow?: readonly string[];
  /** Ids of rules that refuse, whatever `block` says. */
  readonly refuse?: readonly string[];
}

/** How the subjects of an owner's modules are named. What is left out is as `*` has it. */
export interface SubjectNaming {
  /** A subject must fit one of them. The language is in `registry/core/subject/template.ts`. */
  readonly grammars?: readonly string[];
  /** What `<root>` stands for, and nobody else's subjects may begin with; else the owner's name. Not in `*`. */
  readonly roots?: readonly string[];
  /** What `v<major>` stands for where a proto package has no version; else such packages are refused. */
  readonly unversioned?: number;
}

/** What binds the modules of an estate. It is kept on the server, so no file of a repository weakens it. */
export interface Policy {
  /** The first that fits a module and its package decides; where none fits, those of `defaultPolicy` do. */
  readonly rules: readonly PolicyRule[];
  /** By the owner of modules, the first part of their names; `*` stands for every other owner. */
  readonly subjects: Readonly<Record<string, SubjectNaming>>;
  /** The teams that answer for modules, by a glob of `fitsModule`. The first that fits decides. */
  readonly owners: Readonly<Record<string, readonly string[]>>;
}

/** A policy as it was set. Version 0 is `defaultPolicy`, which nobody set. */
export interface PolicyVersion {
  readonly version: number;
  /** RFC 3339, UTC; null for version 0. */
  readonly setAt: string | null;
  readonly reason: string;
  readonly policy: Policy;
}

/** The grammar that holds without another. */
export const defaultTemplate = "<root>.<domain>[.<service>].<operation…>.v<major>[.{id}…]";

/** What holds until somebody sets a policy. A package that promises nothing yet may change as it likes. */
export const defaultPolicy: Policy = {
  rules: [
    { modules: "*", stability: ["beta", "alpha", "test"], block: [] },
    { modules: "*", block: ["wire", "json", "source", "binding", "behaviour", "version"] },
  ],
  subjects: { "*": { grammars: [defaultTemplate] } },
  owners: {},
};

export const builtInPolicy: PolicyVersion = {
  version: 0,
  setAt: null,
  reason: "built in",
  policy: defaultPolicy,
};
