import { limits } from "./limits.ts";

/** A module's name: `<owner>/<name>`, each part `[a-z][a-z0-9-]*`. */
export interface ModuleName {
  readonly owner: string;
  readonly name: string;
}

const part = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;

/** The module that a text names, or null when it is no module name. */
export function parseModuleName(text: string): ModuleName | null {
  const parts = text.split("/");
  const [owner, name] = parts;
  if (parts.length !== 2 || owner === undefined || name === undefined) return null;
  for (const each of [owner, name]) {
    if (each.length > limits.moduleNamePartLength || !part.test(each)) return null;
  }
  return { owner, name };
}

/**
 * The module of a `name:` in buf.yaml, which has a host in front that Charter drops:
 * `charter.localhost/bodybroker/npc` is `bodybroker/npc`. Null when it is none.
 */
export function moduleNameOfBuf(name: string): string | null {
  const slash = name.indexOf("/");
  const rest = name.slice(slash + 1);
  return slash > 0 && parseModuleName(rest) !== null ? rest : null;
}

/** The npm package of a module: `bodybroker/npc` is published as `@bodybroker/npc`. */
export function packageNameOf(module: string): string {
  return `@${module}`;
}
