import { major, minor } from "semver";
import type { Deployment, Role } from "../deployment/deployment.ts";
import type { KeptUse } from "../usage/usage.ts";
import type { Reasoned } from "./answer.ts";
import type { Build } from "./commands.ts";
import type { ContractOf } from "./contract-of.ts";
import type { MissingIn, UseInRelease } from "./use-in-release.ts";

/** How a build gets on with what runs where it shall go. */
export interface PartnerAnswer extends Reasoned {
  /** Null where nobody there does what is needed. */
  readonly participant: string | null;
  readonly build: string | null;
  /** What the partner does. */
  readonly role: Role;
  readonly module: string;
  /** The release that the partner was built with; null where nothing tells. */
  readonly theirs: string | null;
  /** The release that the build was made with. */
  readonly ours: string;
  /** What the consumer of the two uses, which then decides; null where versions do. */
  readonly use: UseInRelease | null;
}

/** Where a build shall go, and what is known for judging who is there. */
export interface Target {
  readonly build: Build;
  readonly environment: string;
  /** What runs there, stand-ins and the participant's other builds left out. */
  readonly deployments: readonly Deployment[];
  /** Whether the registry looks there, and saw all that there is. */
  readonly isSeen: boolean;
  readonly contractOf: ContractOf;
  readonly missingIn: MissingIn;
  /** What the tests of a build showed that it uses. */
  readonly usesOf: (of: Pick<Deployment, "participant" | "build">) => readonly KeptUse[];
}

/** The promise of the gate: what a minor has, later ones of its major have too. */
export function covers(provider: string, user: string): boolean {
  return major(provider) === major(user) && minor(provider) >= minor(user);
}

export function unique<T>(all: readonly T[]): readonly T[] {
  return [...new Map(all.map((each) => [JSON.stringify(each), each])).values()];
}
