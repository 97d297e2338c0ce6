import type { DescField, DescMessage } from "@bufbuild/protobuf";
import { filePathOf, nameOf } from "../gate/locate.ts";
import type { Element } from "../revision/source-lines.ts";
import { type Both, type ChangedAt, changesWithin } from "./changed-at.ts";

/** A change of rules, and a way to it from a message that travels. */
export interface ChangedPlace {
  readonly root: Both<DescMessage>;
  /** The fields that lead to the message that holds the change. */
  readonly steps: readonly Both<DescField>[];
  readonly at: ChangedAt;
}

/** Finds changed rules, looking at each pair of types once, however often it is met. */
export interface ChangeFinder {
  /** In a type itself. */
  within(pair: Both<DescMessage>): readonly ChangedAt[];
  /** In a type and all that it consists of, the nearest first. */
  below(root: Both<DescMessage>): readonly ChangedPlace[];
}

/** @param own the module's own files: a change of an import is judged where it is made */
export function changeFinder(own: ReadonlySet<string>): ChangeFinder {
  const known = new Map<DescMessage, readonly ChangedAt[]>();
  const within = (pair: Both<DescMessage>) => {
    const found =
      known.get(pair.now) ??
      changesWithin(pair.old, pair.now).filter((at) => own.has(filePathOf(elementOf(at))));
    known.set(pair.now, found);
    return found;
  };
  return {
    within,
    below(root) {
      const places: ChangedPlace[] = [];
      const seen = new Set<DescMessage>();
      const open = [{ pair: root, steps: [] as readonly Both<DescField>[] }];
      for (let next = open.shift(); next !== undefined; next = open.shift()) {
        const { pair, steps } = next;
        if (seen.has(pair.now)) continue;
        seen.add(pair.now);
        for (const at of within(pair)) places.push({ root, steps, at });
        for (const field of sharedFields(pair)) {
          const [old, now] = [field.old.message, field.now.message];
          if (old === undefined || now === undefined || isKnownToAll(now)) continue;
          open.push({ pair: { old, now }, steps: [...steps, field] });
        }
      }
      return places;
    },
  };
}

function sharedFields({ old, now }: Both<DescMessage>): Both<DescField>[] {
  const before = new Map(old.fields.map((field) => [field.number, field]));
  return now.fields.flatMap((field) => {
    const was = before.get(field.number);
    return was === undefined ? [] : [{ old: was, now: field }];
  });
}

function isKnownToAll(desc: DescMessage): boolean {
  return desc.typeName.startsWith("google.protobuf.");
}

/** What a finding is about: the element in the proposal, or in the baseline where it is gone. */
export function elementOf(at: ChangedAt): Element {
  const element = at.now ?? at.old;
  if (element === null) throw new Error("a change has an old or a new form");
  return element;
}

/** The same for every way that leads to one change. */
export function keyOf(at: ChangedAt): string {
  return `${at.kind} ${nameOf(elementOf(at))}`;
}
