import type { SubjectUse } from "./usage.ts";

/** A build of a consumer whose use counts, and what it uses of one module. */
export interface Consumer {
  readonly participant: string;
  readonly build: string;
  /** Where it runs; empty where it is only the last that is known of its participant. */
  readonly environments: readonly string[];
  readonly uses: readonly SubjectUse[];
}

/** `shop-web@2.1.0 (prod, test)` */
export function consumerText({
  participant,
  build,
  environments,
}: Pick<Consumer, "participant" | "build" | "environments">): string {
  const where = environments.length === 0 ? "" : ` (${environments.join(", ")})`;
  return `${participant}@${build}${where}`;
}
