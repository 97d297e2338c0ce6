import { elementOf } from "../binding/compare-bindings.ts";
import { type Consumer, consumerText } from "../usage/consumer.ts";
import { type Missing, missingFrom, missingText } from "../usage/missing.ts";
import type { SubjectUse } from "../usage/usage.ts";
import { elementKey, wayTo } from "../usage/used-elements.ts";
import { type Change, sameChange } from "./change.ts";
import type { LinkedRevision } from "./linked-revision.ts";
import type { FindingPlace } from "./report.ts";

/** The two sides of a comparison with head. */
export interface Sides {
  readonly head: LinkedRevision;
  readonly proposed: LinkedRevision;
}

/** Something that a consumer uses, that head has and a proposal has not. */
interface Loss {
  readonly consumer: Consumer;
  readonly use: SubjectUse;
  readonly missing: Missing;
}

/** A change before it has a rule and a message. */
type Shown = Omit<Change, "rule" | "message">;

/**
 * What a proposal takes from the consumers of a module: one change for each that other rules see,
 * with its place and texts, however many consumers it hits and however much of their use.
 *
 * @param consumers those that run first
 * @param changes what other rules see between head and the proposal
 */
export function brokenUses(
  consumers: readonly Consumer[],
  sides: Sides,
  changes: readonly Change[],
): readonly Change[] {
  const losses = consumers.flatMap((each) => lossesOf(each, sides));
  if (losses.length === 0) return [];
  const causes = causesOf(changes, sides);
  const hits = new Map<string, { readonly shown: Shown; readonly losses: Loss[] }>();
  for (const loss of losses) {
    const cause = waysOf(loss, sides).flatMap((key) => causes.get(key) ?? [])[0];
    const shown =
      cause === undefined ? standingAlone(loss, sides) : { ...cause, partOf: sameChange(cause) };
    const key = shown.partOf ?? shown.element;
    const hit = hits.get(key) ?? { shown, losses: [] };
    hits.set(key, hit);
    hit.losses.push(loss);
  }
  return [...hits.values()].map((hit) => ({
    ...hit.shown,
    rule: "CONSUMER_USE_NO_BREAK",
    message: messageOf(hit.losses),
  }));
}

/** What head lacks already, the proposal does not take away. */
function lossesOf(consumer: Consumer, { head, proposed }: Sides): Loss[] {
  const nameOf = ({ does, what }: Missing) => `${does} ${what}`;
  return consumer.uses.flatMap((use) => {
    const missing = missingFrom(use, proposed);
    if (missing.length === 0) return [];
    const before = new Set(missingFrom(use, head).map(nameOf));
    const taken = missing.filter((each) => !before.has(nameOf(each)));
    return taken.map((each) => ({ consumer, use, missing: each }));
  });
}

/** The changes that can take something from a consumer, the first of each element. */
function causesOf(changes: readonly Change[], sides: Sides): ReadonlyMap<string, Change> {
  const causes = new Map<string, Change>();
  for (const change of changes) {
    if (!ofSubject.test(change.rule) && !ofField.test(change.rule)) continue;
    const key = keyOfChange(change, sides);
    if (!causes.has(key)) causes.set(key, change);
  }
  return causes;
}

const ofSubject = /^BINDING_(?:SUBJECT_NO_DELETE|SUBJECT_SAME|KIND_SAME|TYPE_SAME)$/;
const ofField = /^FIELD_(?:NO_DELETE|.*(?:_TYPE|_CARDINALITY)$)/;

/** What a change is about, by `elementKey`. What is gone has its name from head, all else from the proposal. */
export function keyOfChange({ element, after }: Change, { head, proposed }: Sides): string {
  const registries = [proposed.registry, head.registry];
  return elementKey(element, after === null ? registries.toReversed() : registries);
}

/** What a consumer came to it by, at head: the rpc or event of the subject, or the fields on the way. */
function waysOf({ missing, use }: Loss, { head }: Sides): readonly string[] {
  if (missing.numbers === null) {
    const bound = bindingOf(use, head);
    return bound === undefined ? [] : [elementOf(bound)];
  }
  const { message } = missing.does === "sends" && use.sends !== null ? use.sends : use.reads;
  const root = head.registry.getMessage(message);
  return root === undefined ? [] : wayTo(root, missing.numbers);
}

/** Where no rule sees the change, as in what a module imports, the binding that is used is the place. */
function standingAlone({ use, missing }: Loss, { head, proposed }: Sides): Shown {
  const now = bindingOf(use, proposed);
  const { file, line } = (now ?? bindingOf(use, head))?.place ?? { file: "", line: 1 };
  const side: FindingPlace["side"] = now === undefined ? "baseline" : "proposal";
  return {
    element: missing.element,
    place: { side, file, line, column: 1 },
    before: missing.was,
    after: missing.is,
  };
}

function bindingOf({ subject }: SubjectUse, { bindings }: LinkedRevision) {
  return bindings.find((each) => each.pattern === subject);
}

function messageOf(losses: readonly Loss[]): string {
  const [first] = losses;
  if (first === undefined) throw new Error("a change takes something from somebody");
  const text = missingText(first.missing, consumerText(first.consumer), "this proposal");
  const others = new Set(losses.map((each) => each.consumer)).size - 1;
  if (others === 0) return `${text}.`;
  return `${text}. ${others === 1 ? "Another build uses" : `${others} other builds use`} it as well.`;
}
