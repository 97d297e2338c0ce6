import { clone, type DescField, type DescMessage, type Message } from "@bufbuild/protobuf";
import {
  type ReflectList,
  type ReflectMap,
  type ReflectMessage,
  reflect,
} from "@bufbuild/protobuf/reflect";
import type fc from "fast-check";
import { type Demand, type DemandedPath, demandOf } from "../demand.ts";
import type { Generator } from "../messages.ts";
import { type BrokenRule, judge } from "../oracle.ts";
import type { RuleTarget } from "./targets.ts";

/** A message that breaks a rule, as the validator confirmed. */
export interface Negative {
  readonly message: Message;
  /** The valid message that it was made from; it has the subject's parameters. */
  readonly valid: Message;
  /** All rules that it breaks. The target's is among them; usually it is the only one. */
  readonly broken: readonly BrokenRule[];
}

/** What came of breaking a rule in one valid message. */
export type Breaking =
  | { readonly kind: "broken"; readonly negative: Negative }
  /** No value of the type, or none that can be sent, breaks the rule. */
  | { readonly kind: "unbreakable" }
  /** Nothing that was tried breaks it. */
  | { readonly kind: "unbroken" };

/** Valid messages in which the rule's place is there. Throws `Unsatisfiable`. */
export function basesOf(
  generator: Generator,
  root: DescMessage,
  target: RuleTarget,
  tokens: readonly DemandedPath[],
): fc.Arbitrary<Message> {
  const path = [...target.steps, ...(target.field === null ? [] : [target.field])];
  const demand: Demand = demandOf([
    ...tokens,
    { path: path.map((field) => field.name), token: false },
  ]);
  return generator.messages(root, "bare", demand);
}

/** Breaks a rule in a valid message, and no other rule if that is possible. */
export function breakRule(
  generator: Generator,
  root: DescMessage,
  target: RuleTarget,
  valid: Message,
): Breaking {
  const holder = holderAt(root, valid, target.steps);
  if (holder === null) return { kind: "unbroken" };
  const changes = target.changes(holder);
  if (changes.length === 0) return { kind: "unbreakable" };
  let best: Negative | null = null;
  for (const change of changes) {
    const message = clone(root, valid);
    const held = holderAt(root, message, target.steps);
    if (held !== null) change(held);
    const judged = judge(generator.schema, root, message);
    if (judged.kind !== "invalid" || !judged.broken.some((each) => isOf(target, each))) continue;
    if (best === null || judged.broken.length < best.broken.length) {
      best = { message, valid, broken: judged.broken };
    }
    if (judged.broken.length === 1) break;
  }
  return best === null ? { kind: "unbroken" } : { kind: "broken", negative: best };
}

function isOf(target: RuleTarget, broken: BrokenRule): boolean {
  return target.accepts(broken.ruleId) && withoutIndexes(broken.field) === target.path;
}

/** `labels["a]"].items[2]` → `labels[].items[]`. */
export function withoutIndexes(path: string): string {
  return path.replace(/\[(?:"(?:[^"\\]|\\.)*"|[^\]"]*)\]/g, "[]");
}

/** The message that fields lead to, by first items on the way; null when one is not there. */
export function holderAt(
  root: DescMessage,
  message: Message,
  steps: readonly DescField[],
): ReflectMessage | null {
  let at: ReflectMessage | undefined = reflect(root, message);
  for (const field of steps) {
    if (at?.isSet(field) !== true) return null;
    const value: unknown = at.get(field);
    if (field.fieldKind === "list") at = (value as ReflectList<ReflectMessage>).get(0);
    else if (field.fieldKind === "map") {
      at = [...(value as ReflectMap<unknown, ReflectMessage>).values()][0];
    } else at = value as ReflectMessage;
  }
  return at ?? null;
}
