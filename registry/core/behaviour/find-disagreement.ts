import type { DescMessage, Message } from "@bufbuild/protobuf";
import fc from "fast-check";
import { limits } from "../limits.ts";
import { type DemandedPath, demandOf } from "../samples/demand.ts";
import type { Density } from "../samples/fields.ts";
import type { BrokenRule } from "../samples/oracle.ts";
import { Unsatisfiable } from "../samples/values/unsatisfiable.ts";
import { candidatesOf } from "./candidates.ts";
import { haveOnlyBounds } from "./changed-names.ts";
import type { ChangedPlace } from "./changed-places.ts";
import { type Guard, jsonOf, refusalOf, type Sides } from "./guard.ts";
import type { Harm } from "./harm.ts";
import { onlySampled } from "./only-sampled.ts";
import { isRefusedAt } from "./refused-at.ts";
import { smallest } from "./smallest.ts";

/** A message that one revision accepts and the other refuses, as far as it could be made smaller. */
export interface Disagreement {
  readonly desc: DescMessage;
  readonly message: Message;
  readonly guard: Guard;
  readonly broken: BrokenRule;
}

/** How many messages may still be tried in a comparison. */
export interface Budget {
  left: number;
}

/** A place, seen from one direction. */
interface Search {
  readonly place: ChangedPlace;
  readonly side: Sides<"old" | "now">;
  readonly root: Sides<DescMessage>;
  readonly guards: Sides<Guard>;
}

/** Kinds of messages to try, the small ones first. */
interface Attempt {
  readonly density: Density;
  /** Whether the field that changed must be there. */
  readonly withField: boolean;
  /** Whether variants are tried that break the refusing side's rules one by one. */
  readonly variants: boolean;
  readonly runs: number;
}

/** The same messages for the same schemas. */
const seed = 7;

/** Looks for a message on which two revisions disagree for the rules of a place. */
export function findDisagreement(
  place: ChangedPlace,
  harm: Harm,
  guards: { readonly old: Guard; readonly now: Guard },
  budget: Budget,
): Disagreement | null {
  const side =
    harm === "tightened"
      ? ({ accepting: "old", refusing: "now" } as const)
      : ({ accepting: "now", refusing: "old" } as const);
  const search: Search = {
    place,
    side,
    root: { accepting: place.root[side.accepting], refusing: place.root[side.refusing] },
    guards: { accepting: guards[side.accepting], refusing: guards[side.refusing] },
  };
  if (place.at[side.refusing] === null && place.at.kind !== "enum_value") return null;
  for (const attempt of attemptsFor(place, harm)) {
    const found = tryOut(search, attempt, budget);
    const shown = found === null ? null : smaller(search, found);
    if (shown !== null) return shown;
  }
  return null;
}

function attemptsFor({ at }: ChangedPlace, harm: Harm): readonly Attempt[] {
  const absent = { density: "bare", withField: false, variants: false, runs: 4 } as const;
  const present = { density: "bare", withField: true, variants: true, runs: 8 } as const;
  // Bounds have been tried at their edges before; what a pattern takes only many values show.
  const runs = onlySampled(at).has(harm) ? 120 : 30;
  const varied = { density: "mixed", withField: true, variants: false, runs } as const;
  switch (at.kind) {
    case "enum_value":
      return [{ ...present, runs: 4 }];
    case "oneof":
      return [absent, { ...varied, runs: 20 }];
    case "field": {
      const isTold = at.old !== null && at.now !== null && haveOnlyBounds(at.old, at.now);
      return isTold ? [{ ...present, runs: 5 }, absent] : [present, absent, varied];
    }
    case "message":
      return [absent, { ...present, runs: 3 }, varied, { ...varied, density: "full", runs: 50 }];
  }
}

function tryOut(search: Search, attempt: Attempt, budget: Budget): Message | null {
  const { guards, root } = search;
  const messages = () =>
    guards.accepting.generator.messages(
      root.accepting,
      attempt.density,
      demandOf(pathsOf(search, attempt)),
    );
  const variants = (message: Message) =>
    attempt.variants
      ? candidatesOf(search.place, search.side.refusing, root, guards.refusing, message)
      : [message];
  const purse = { left: Math.min(budget.left, limits.messagesPerChangedRule) };
  let isFound = false;
  try {
    const details = fc.check(
      fc.property(messages(), (message) => {
        const before = purse.left;
        const first = firstRefused(search, variants(message), purse);
        budget.left -= before - purse.left;
        if (first === null) return true;
        // From here on only smaller messages are looked for.
        if (!isFound) purse.left = Math.min(purse.left, limits.messagesToShrink);
        isFound = true;
        return false;
      }),
      { seed, numRuns: attempt.runs },
    );
    const base = details.counterexample?.[0];
    if (base === undefined) return null;
    return firstRefused(search, variants(base), { left: limits.messagesToShrink });
  } catch (error) {
    // No message of this kind can be made: another kind may do.
    if (error instanceof Unsatisfiable) return null;
    throw error;
  }
}

/** The first that is refused for this and nothing else, else the first that is refused for this. */
function firstRefused(search: Search, messages: Iterable<Message>, purse: Budget): Message | null {
  let first: Message | null = null;
  for (const message of messages) {
    if (purse.left <= 0) break;
    purse.left--;
    const broken = refused(search, message);
    if (broken === null) continue;
    if (broken.others === 0) return message;
    first ??= message;
  }
  return first;
}

interface Refused {
  readonly broken: BrokenRule;
  /** Rules of other places that it breaks as well. */
  readonly others: number;
}

function refused({ guards, root, place, side }: Search, message: Message): Refused | null {
  const all = refusalOf(guards, root, message) ?? [];
  const broken = all.find((each) => isRefusedAt(place, side.refusing, each));
  return broken === undefined ? null : { broken, others: all.length - 1 };
}

function pathsOf({ place, side }: Search, attempt: Attempt): readonly DemandedPath[] {
  const steps = place.steps.map((step) => step[side.accepting].name);
  const { at } = place;
  const field =
    at.kind === "field"
      ? at[side.accepting]
      : at.kind === "enum_value"
        ? at.field[side.accepting]
        : null;
  const path = attempt.withField && field !== null ? [...steps, field.name] : steps;
  return [{ path, token: false }];
}

/** Null for what no report can show. */
function smaller(search: Search, found: Message): Disagreement | null {
  const purse = { left: limits.messagesToShrink };
  const { accepting } = search.root;
  const others = refused(search, found)?.others ?? 0;
  const message = smallest(accepting, found, (each) => {
    const now = purse.left-- > 0 ? refused(search, each) : null;
    return now !== null && now.others <= others;
  });
  const last = refused(search, message);
  const guard = search.guards.accepting;
  if (last === null || jsonOf(guard, accepting, message) === null) return null;
  return { desc: accepting, message, guard, broken: last.broken };
}
