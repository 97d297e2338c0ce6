import type { DescField } from "@bufbuild/protobuf";
import type { ReflectList, ReflectMap, ReflectMessage } from "@bufbuild/protobuf/reflect";
import fc from "fast-check";
import { keyOf } from "../fields.ts";
import type { Generator } from "../messages.ts";

/** A change to a message, in place. */
export type Change = (holder: ReflectMessage) => void;

/** Values that are tried for a rule whose meaning only the validator knows. */
const trials = 80;
/** Combinations of values that are tried for a rule between fields. */
const relationTrials = 400;

export function clear(fields: readonly DescField[]): Change {
  return (holder) => {
    for (const field of fields) holder.clear(field);
  };
}

export function valueChanges(field: DescField, values: readonly unknown[]): Change[] {
  return values.map((value) => (holder) => holder.set(field, value));
}

/** How one item of a list, or one value or key of a map, is read and replaced. */
export interface Part {
  get(holder: ReflectMessage): unknown;
  set(values: readonly unknown[]): Change[];
  /** All of a list's items, or all of a map's values or keys. */
  parts(held: unknown): unknown[];
}

export function itemChanges(field: DescField): Part {
  if (field.fieldKind === "list") {
    const list = (holder: ReflectMessage) => holder.get(field) as ReflectList;
    return {
      get: (holder) => list(holder).get(0),
      set: (values) => values.map((value) => (holder) => list(holder).set(0, value)),
      parts: (held) => [...(held as ReflectList)],
    };
  }
  const map = (holder: ReflectMessage) => holder.get(field) as ReflectMap;
  return {
    get: (holder) => [...map(holder).values()][0],
    set: (values) =>
      values.map((value) => (holder) => {
        const [key] = [...map(holder).keys()];
        if (key !== undefined) map(holder).set(key, value);
      }),
    parts: (held) => [...(held as ReflectMap).values()],
  };
}

export function keyChanges(field: DescField): Part {
  const map = (holder: ReflectMessage) => holder.get(field) as ReflectMap;
  return {
    get: (holder) => [...map(holder).keys()][0],
    set: (keys) =>
      keys.map((key) => (holder) => {
        const [first] = [...map(holder)];
        if (first === undefined) return;
        map(holder).delete(first[0]);
        map(holder).set(key, first[1]);
      }),
    parts: (held) => [...(held as ReflectMap).keys()],
  };
}

/** Values of a field's type, whatever its rules say. */
export function allValues(generator: Generator, field: DescField): unknown[] {
  return fc.sample(generator.fieldValues(field, "ignored"), { numRuns: trials, seed: 1 });
}

/** So many valid items for a list, all different as far as there are enough. */
export function moreItems(generator: Generator, field: DescField, count: number): unknown[] {
  const numRuns = 50 + 2 * Math.min(count, 1000);
  const lists = fc.sample(generator.fieldValues(field, "kept"), { numRuns, seed: 2 });
  const items = lists.flatMap((list) => [...(list as ReflectList)]);
  const distinct =
    field.message === undefined
      ? [...new Map(items.map((each) => [keyOf(each), each])).values()]
      : items;
  if (distinct.length === 0) return [];
  return Array.from({ length: count }, (_, i) => distinct[i % distinct.length]);
}

/** Different valid keys for a map, as many as there are up to the count. */
export function moreKeys(generator: Generator, field: DescField, count: number): unknown[] {
  const numRuns = 50 + 2 * Math.min(count, 1000);
  const maps = fc.sample(generator.fieldValues(field, "kept"), { numRuns, seed: 2 });
  const keys = maps.flatMap((map) => [...(map as ReflectMap).keys()]);
  return [...new Map(keys.map((key) => [keyOf(key), key])).values()].slice(0, count);
}

/** Two fields of a group of which one may be set. */
export function pairings(generator: Generator, fields: readonly DescField[]): Change[] {
  const [one, other] = fields;
  if (one === undefined || other === undefined) return [];
  const pairs = fc.sample(
    fc.tuple(generator.fieldValues(one, "kept"), generator.fieldValues(other, "kept")),
    { numRuns: 20, seed: 3 },
  );
  return pairs.map(([a, b]) => (holder) => {
    holder.set(one, a);
    holder.set(other, b);
  });
}

/** Changes of one to three fields to other valid values, or to nothing: they break what relates them. */
export function relations(generator: Generator, holder: ReflectMessage): Change[] {
  const single = holder.fields.map(
    (field): fc.Arbitrary<Change> =>
      fc.oneof(
        fc.constant(clear([field])),
        generator.fieldValues(field, "kept").map(
          (value): Change =>
            (target) =>
              target.set(field, value),
        ),
      ),
  );
  if (single.length === 0) return [];
  const some = fc.oneof(...single);
  const samples = fc.sample(fc.array(some, { minLength: 1, maxLength: 3 }), {
    numRuns: relationTrials,
    seed: 4,
  });
  return [
    (target) => clear(holder.fields)(target),
    ...samples.map(
      (changes): Change =>
        (target) => {
          for (const change of changes) change(target);
        },
    ),
  ];
}
