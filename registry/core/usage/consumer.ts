import type { SubjectUse } from "./usage.ts";

/** A build of a consumer whose use counts, and what it uses of one module. */
export interface Consumer {
  readonly participant: string;
  readonly build: string;
  /** Where it runs; empty where it is only the last that is known of its participant. */
  readonly environments: readonly string[];
  readonly uses: readonly SubjectUse[];
}

type Named = Pick<Consumer, "participant" | "build" | "environments">;

/** `shop-web@2.1.0 (prod, test)` */
export function consumerText({ participant, build, environments }: Named): string {
  const where = environments.length === 0 ? "" : ` (${environments.join(", ")})`;
  return `${participant}@${build}${where}`;
}

/** Orders those that run first, then by name. */
export function runningFirst(a: Named, b: Named): number {
  const rank = ({ environments }: Named) => (environments.length > 0 ? 0 : 1);
  const name = ({ participant, build }: Named) => `${participant}@${build}`;
  return rank(a) - rank(b) || (name(a) < name(b) ? -1 : 1);
}
