import { type DescField, type DescMessage, getOption } from "@bufbuild/protobuf";
import type { ReflectList, ReflectMap, ReflectMessage } from "@bufbuild/protobuf/reflect";
import {
  Ignore,
  message as messageOption,
  oneof as oneofOption,
} from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import type { Place } from "../../binding/binding.ts";
import { sourceLines } from "../../revision/source-lines.ts";
import type { Generator } from "../messages.ts";
import { isRequired } from "../messages.ts";
import { predefinedRules, type Rules, rulesOfField, rulesWithin } from "../values/rules.ts";
import {
  allValues,
  type Change,
  clear,
  itemChanges,
  keyChanges,
  moreItems,
  moreKeys,
  pairings,
  relations,
  valueChanges,
} from "./changes.ts";
import { brokenLists, brokenMaps, brokenValues, type ValueType } from "./values.ts";

/** One rule at one place of a message, with the ways to break it. */
export interface RuleTarget {
  /** The fields that lead from the root to the message that holds the field with the rule. */
  readonly steps: readonly DescField[];
  /** The path that a violation has, without indexes: `situation.threats[].distance`. */
  readonly path: string;
  /** As it is written: `string.min_len`, `required`, the id of a rule in CEL. */
  readonly rule: string;
  readonly place: Place;
  /** The field that has to be there, or null when the rule is on the message. */
  readonly field: DescField | null;
  accepts(ruleId: string): boolean;
  /** Ways to break the rule in a valid message, the gentlest first; none when nothing breaks it. */
  changes(holder: ReflectMessage): readonly Change[];
}

/** Where the walk through a message type is. */
interface Walk {
  readonly generator: Generator;
  readonly steps: readonly DescField[];
  readonly prefix: string;
  /** The types on the way here, so that a recursive type is entered once. */
  readonly entered: readonly DescMessage[];
}

/** Every rule of a message type and of the types within it. */
export function* ruleTargets(generator: Generator, root: DescMessage): Iterable<RuleTarget> {
  yield* messageTargets({ generator, steps: [], prefix: "", entered: [root] }, root);
}

/** The rules on a message type itself and on its oneofs, but not those of its fields. */
export function ownTargets(generator: Generator, desc: DescMessage): Iterable<RuleTarget> {
  return targetsOfMessage({ generator, steps: [], prefix: "", entered: [desc] }, desc);
}

/** The rules of one field, its items, keys and values, but not those of the messages in it. */
export function targetsOfField(generator: Generator, field: DescField): Iterable<RuleTarget> {
  return fieldTargets({ generator, steps: [], prefix: "", entered: [field.parent] }, field);
}

function* messageTargets(walk: Walk, desc: DescMessage): Iterable<RuleTarget> {
  yield* targetsOfMessage(walk, desc);
  for (const field of desc.fields) {
    yield* fieldTargets(walk, field);
    yield* nested(walk, field);
  }
}

function* targetsOfMessage(walk: Walk, desc: DescMessage): Iterable<RuleTarget> {
  const { generator, steps, prefix } = walk;
  const place = sourceLines(desc.file).place(desc);
  const rules = getOption(desc, messageOption);
  const onMessage = { steps, path: prefix.replace(/\.$/, ""), place, field: null };
  for (const id of [...rules.cel.map((each) => each.id), ...rules.celExpression]) {
    yield {
      ...onMessage,
      rule: id,
      accepts: (ruleId) => ruleId === id,
      changes: (holder) => relations(generator, holder),
    };
  }
  for (const group of rules.oneof) {
    const fields = desc.fields.filter((field) => group.fields.includes(field.name));
    const isGroup = {
      ...onMessage,
      rule: "message.oneof",
      accepts: (id: string) => id === "message.oneof",
    };
    if (group.required) yield { ...isGroup, changes: () => [clear(fields)] };
    if (fields.length > 1) yield { ...isGroup, changes: () => pairings(generator, fields) };
  }
  for (const oneof of desc.oneofs) {
    if (!getOption(oneof, oneofOption).required) continue;
    yield {
      ...onMessage,
      path: prefix + oneof.name,
      rule: "required",
      accepts: (id) => id === "required",
      changes: () => [clear(oneof.fields)],
    };
  }
}

function* fieldTargets(walk: Walk, field: DescField): Iterable<RuleTarget> {
  const rules = rulesOfField(field);
  if (rules.ignore === Ignore.ALWAYS) return;
  const path = walk.prefix + field.name;
  const at = { steps: walk.steps, path, place: sourceLines(field.parent.file).place(field), field };
  if (isRequired(field) && rules.required) {
    yield {
      ...at,
      rule: "required",
      accepts: (id) => id === "required",
      changes: () => [clear([field])],
    };
  }
  yield* celTargets(walk, at, rules, () =>
    allValues(walk.generator, field).map((value) => (holder) => holder.set(field, value)),
  );
  switch (field.fieldKind) {
    case "list": {
      for (const name of ["min_items", "max_items", "unique"]) {
        if (!rules.values.has(name)) continue;
        yield standard(at, "repeated", name, (holder) =>
          brokenLists(field, rules, name, holder.get(field) as ReflectList, (count) =>
            moreItems(walk.generator, field, count),
          ).map((list) => (target) => target.set(field, list)),
        );
      }
      const items = rulesWithin(rules, "items");
      yield* partTargets(walk, at, items, itemType(field), itemChanges(field));
      return;
    }
    case "map": {
      for (const name of ["min_pairs", "max_pairs"]) {
        if (!rules.values.has(name)) continue;
        yield standard(at, "map", name, (holder) =>
          brokenMaps(field, rules, name, holder.get(field) as ReflectMap, (count) =>
            moreKeys(walk.generator, field, count),
          ).map((map) => (target) => target.set(field, map)),
        );
      }
      const key: ValueType = { kind: "scalar", scalar: field.mapKey };
      yield* partTargets(walk, at, rulesWithin(rules, "keys"), key, keyChanges(field));
      const values = rulesWithin(rules, "values");
      yield* partTargets(walk, at, values, itemType(field), itemChanges(field));
      return;
    }
    default: {
      for (const name of namesOf(rules)) {
        yield standard(at, rules.kind ?? "", name, (holder) =>
          valueChanges(
            field,
            brokenValues(itemType(field), rules, name, holder.get(field), walk.generator.now),
          ),
        );
      }
    }
  }
}

type At = Omit<RuleTarget, "rule" | "accepts" | "changes">;

/** The rules of a list's items, or of a map's keys or values. */
function* partTargets(
  walk: Walk,
  at: At & { readonly field: DescField },
  rules: Rules,
  type: ValueType,
  part: ReturnType<typeof itemChanges>,
): Iterable<RuleTarget> {
  if (rules.ignore === Ignore.ALWAYS) return;
  const within = { ...at, path: `${at.path}[]` };
  for (const name of namesOf(rules)) {
    yield standard(within, rules.kind ?? "", name, (holder) =>
      part.set(brokenValues(type, rules, name, part.get(holder), walk.generator.now)),
    );
  }
  yield* celTargets(walk, within, rules, () =>
    part.set(allValues(walk.generator, at.field).flatMap(part.parts)),
  );
}

/** Rules in CEL, and predefined ones, whose meaning only the validator knows. */
function* celTargets(
  walk: Walk,
  at: At,
  rules: Rules,
  changes: RuleTarget["changes"],
): Iterable<RuleTarget> {
  const predefined = predefinedRules(rules, walk.generator.schema.registry);
  for (const { id } of [...rules.cel, ...predefined]) {
    yield { ...at, rule: id, accepts: (ruleId) => ruleId === id, changes };
  }
}

/** The rules of the messages that a field holds, unless they are never applied. */
function* nested(walk: Walk, field: DescField): Iterable<RuleTarget> {
  const desc = field.message;
  const rules = rulesOfField(field);
  const part = field.fieldKind === "map" ? "values" : "items";
  if ([rules, rulesWithin(rules, part)].some((each) => each.ignore === Ignore.ALWAYS)) return;
  const isMany = field.fieldKind === "list" || field.fieldKind === "map";
  if (desc === undefined || desc.typeName.startsWith("google.protobuf.")) return;
  if (walk.entered.includes(desc)) return;
  yield* messageTargets(
    {
      generator: walk.generator,
      steps: [...walk.steps, field],
      prefix: `${walk.prefix}${field.name}${isMany ? "[]" : ""}.`,
      entered: [...walk.entered, desc],
    },
    desc,
  );
}

/** What is set beside rules proper: examples, and the strictness of another rule. */
const noRule = ["example", "strict", "items", "keys", "values"];

function namesOf(rules: Rules): string[] {
  return [...rules.values.keys()].filter((name) => !noRule.includes(name));
}

/** protovalidate reports a lower and an upper bound, and empty strings, under ids of their own. */
function standard(at: At, kind: string, name: string, changes: RuleTarget["changes"]): RuleTarget {
  const own = new RegExp(
    `^${kind}\\.((gt|gte)_)?${name}(_(lt|lte))?(_exclusive)?(_empty|\\.header_\\w+)?$`,
  );
  return { ...at, rule: `${kind}.${name}`, accepts: (id) => own.test(id), changes };
}

function itemType(field: DescField): ValueType {
  if (field.message !== undefined) return { kind: "message", message: field.message };
  if (field.enum !== undefined) return { kind: "enum", enum: field.enum };
  if (field.scalar !== undefined) return { kind: "scalar", scalar: field.scalar };
  throw new TypeError("a field without a type");
}
