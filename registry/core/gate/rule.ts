import type { Tier } from "./report.ts";

/** A named reason why a change can be refused. */
export interface Rule {
  readonly id: string;
  readonly tier: Tier;
  /** The tier when another module imports the file; only for moves that a barrel hides. */
  readonly tierWhenImported?: Tier;
  /** Who finds it: buf, or Charter's own comparison of bindings. */
  readonly source: "buf" | "charter";
  readonly summary: string;
  readonly remedy: string;
}
