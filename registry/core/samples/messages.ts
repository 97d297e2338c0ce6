import {
  type DescField,
  type DescMessage,
  type DescOneof,
  getOption,
  type Message,
} from "@bufbuild/protobuf";
import { type ReflectMessage, reflect } from "@bufbuild/protobuf/reflect";
import { FeatureSet_FieldPresence } from "@bufbuild/protobuf/wkt";
import {
  Ignore,
  message as messageOption,
  oneof as oneofOption,
} from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import fc from "fast-check";
import { type Demand, demandsNothing, noDemand } from "./demand.ts";
import { type Density, type FieldContext, fieldArbitrary } from "./fields.ts";
import { judge } from "./oracle.ts";
import type { Schema } from "./schema.ts";
import { needsValidator, noRules, type Rules, rulesOfField } from "./values/rules.ts";
import { filtered, Unsatisfiable } from "./values/unsatisfiable.ts";

/** Below it, what may be absent is absent, so that recursive types end. */
const usualDepth = 3;
/** A type that demands itself has no finite message. */
const deepest = 12;

/** Makes arbitraries of valid messages from descriptors and their protovalidate rules. */
export interface Generator {
  readonly schema: Schema;
  /** In nanoseconds since 1970: what rules relative to the clock are read at. */
  readonly now: bigint;
  /** Fields that are always left out because no value of theirs could be made, with the reason. */
  readonly limits: ReadonlySet<string>;
  /** Throws `Unsatisfiable` when no valid message of the type could be made. */
  messages(desc: DescMessage, density: Density, demand?: Demand): fc.Arbitrary<Message>;
  /** Values of one field, with its rules kept or as if it had none. Throws `Unsatisfiable`. */
  fieldValues(field: DescField, rules: "kept" | "ignored"): fc.Arbitrary<unknown>;
}

/** @param nowMs milliseconds since 1970 */
export function createGenerator(schema: Schema, nowMs: number): Generator {
  const now = BigInt(nowMs) * 1_000_000n;
  const limits = new Set<string>();
  const made = new Map<string, fc.Arbitrary<ReflectMessage>>();
  const message: Building["message"] = (desc, density, depth, demand) => {
    const build = () =>
      messageArbitrary({ schema, now, message, limits, density, depth, demand }, desc);
    if (!demandsNothing(demand)) return build();
    const key = `${desc.typeName} ${density} ${depth}`;
    const known = made.get(key) ?? build();
    made.set(key, known);
    return known;
  };
  return {
    schema,
    now,
    limits,
    messages: (desc, density, demand = noDemand) =>
      message(desc, density, 0, demand).map((each) => each.message),
    fieldValues(field, rules) {
      const at: Building = {
        schema,
        now,
        message,
        limits,
        density: "mixed",
        depth: 0,
        demand: noDemand,
      };
      return rules === "kept"
        ? valuesOf(at, field)
        : fieldArbitrary(contextOf(at, field), field, noRules);
    },
  };
}

/** Mostly some of what may be absent is there, now and then all of it, or nothing. */
export function variedMessages(
  generator: Generator,
  desc: DescMessage,
  demand: Demand = noDemand,
): fc.Arbitrary<Message> {
  return fc.oneof(
    { withCrossShrink: true },
    { weight: 1, arbitrary: generator.messages(desc, "bare", demand) },
    { weight: 4, arbitrary: generator.messages(desc, "mixed", demand) },
    { weight: 1, arbitrary: generator.messages(desc, "full", demand) },
  );
}

interface Building {
  readonly schema: Schema;
  readonly now: bigint;
  readonly limits: Set<string>;
  readonly density: Density;
  readonly depth: number;
  readonly demand: Demand;
  message(
    desc: DescMessage,
    density: Density,
    depth: number,
    demand: Demand,
  ): fc.Arbitrary<ReflectMessage>;
}

/** A field with its value, or null for what stays unset. */
type Entry = { readonly field: DescField; readonly value: unknown } | null;

function messageArbitrary(at: Building, desc: DescMessage): fc.Arbitrary<ReflectMessage> {
  if (at.depth > deepest) throw new Unsatisfiable(`${desc.typeName} demands itself without end`);
  const rules = getOption(desc, messageOption);
  const groups = rules.oneof.map((rule) => ({
    fields: desc.fields.filter((field) => rule.fields.includes(field.name)),
    isNeeded: rule.required,
  }));
  const grouped = new Set(groups.flatMap((group) => group.fields));
  const members = [
    ...groups.map((group) => choice(at, group.fields, group.isNeeded)),
    ...desc.members
      .filter(
        (member) =>
          !(member.kind === "oneof" ? member.fields : [member]).some((field) => grouped.has(field)),
      )
      .map((member) =>
        member.kind === "oneof"
          ? choice(at, member.fields, isOneofNeeded(member))
          : single(at, member),
      ),
  ];
  const built = fc.tuple(...members).map((entries) => {
    const message = reflect(desc);
    for (const entry of entries) if (entry !== null) message.set(entry.field, entry.value);
    return message;
  });
  const ids = [...rules.cel.map((each) => each.id), ...rules.celExpression];
  if (ids.length === 0) return built;
  try {
    // A rule that fails to run lets its message pass, so that a law sees it and blames the schema.
    return filtered(
      built,
      (each) => judge(at.schema, desc, each.message).kind !== "invalid",
      `the rules of ${desc.typeName} (${ids.join(", ")})`,
    );
  } catch (error) {
    // Rules between fields can demand what may be absent otherwise.
    if (!(error instanceof Unsatisfiable) || at.density !== "bare") throw error;
    return at.message(desc, "mixed", at.depth, at.demand);
  }
}

/** A google.protobuf.Value without a kind has no JSON form, so its oneof counts as required. */
function isOneofNeeded(oneof: DescOneof): boolean {
  return (
    getOption(oneof, oneofOption).required || oneof.parent.typeName === "google.protobuf.Value"
  );
}

/** One of several fields, or none when that is allowed. */
function choice(
  at: Building,
  fields: readonly DescField[],
  isNeeded: boolean,
): fc.Arbitrary<Entry> {
  const demanded = fields.filter((field) => at.demand.fields.has(field.name));
  const forced = demanded.length > 0 ? demanded : fields.filter(isRequired);
  const mustHave = isNeeded || forced.length > 0;
  const isEnd = at.depth >= usualDepth && fields.some((field) => field.fieldKind === "message");
  if (!mustHave && (at.density === "bare" || isEnd)) return fc.constant(null);
  const choices = (forced.length > 0 ? forced.slice(0, 1) : fields).flatMap((field) => {
    const values = tried(at, field);
    return values === null ? [] : [values.map((value): Entry => ({ field, value }))];
  });
  if (choices.length === 0) {
    if (!mustHave) return fc.constant(null);
    const names = fields.map((field) => field.name).join(", ");
    throw new Unsatisfiable(`none of ${names} of ${fields[0]?.parent.typeName} could be made`);
  }
  return optional(at, fc.oneof(...choices), mustHave);
}

/** A field outside of any oneof. */
function single(at: Building, field: DescField): fc.Arbitrary<Entry> {
  const isMany = field.fieldKind === "list" || field.fieldKind === "map";
  const isAlwaysThere = isMany || field.presence === FeatureSet_FieldPresence.IMPLICIT;
  const mustHave = at.demand.fields.has(field.name) || isRequired(field) || isAlwaysThere;
  const isEnd = at.depth >= usualDepth && field.fieldKind === "message";
  if (!mustHave && (at.density === "bare" || isEnd)) return fc.constant(null);
  const values = mustHave ? valuesOf(at, field) : tried(at, field);
  if (values === null) return fc.constant(null);
  return optional(
    at,
    values.map((value): Entry => ({ field, value })),
    mustHave,
  );
}

function optional(
  at: Building,
  entry: fc.Arbitrary<Entry>,
  mustHave: boolean,
): fc.Arbitrary<Entry> {
  return mustHave || at.density === "full" ? entry : fc.option(entry, { nil: null, freq: 3 });
}

/** The values of a field that may be absent; null, and a note, when there are none. */
function tried(at: Building, field: DescField): fc.Arbitrary<unknown> | null {
  try {
    return valuesOf(at, field);
  } catch (error) {
    if (!(error instanceof Unsatisfiable)) throw error;
    // Past the usual depth a recursive choice fails for its depth, not for its rules.
    if (at.depth < usualDepth) at.limits.add(error.message);
    return null;
  }
}

function valuesOf(at: Building, field: DescField): fc.Arbitrary<unknown> {
  try {
    return withValidator(at.schema, field, fieldArbitrary(contextOf(at, field), field));
  } catch (error) {
    if (!(error instanceof Unsatisfiable) || error.message.startsWith("field ")) throw error;
    throw new Unsatisfiable(`field ${field.parent.typeName}.${field.name}: ${error.message}`);
  }
}

function contextOf(at: Building, field: DescField): FieldContext {
  return {
    now: at.now,
    density: at.depth < usualDepth ? at.density : "bare",
    depth: at.depth + 1,
    demand: at.demand.fields.get(field.name) ?? noDemand,
    isDemanded: at.demand.fields.has(field.name),
    message: at.message,
  };
}

/**
 * Rules whose meaning only the validator knows are asked of it, on a message that holds nothing
 * but the field, so that a whole message does not fail for one of its fields.
 */
function withValidator(
  schema: Schema,
  field: DescField,
  values: fc.Arbitrary<unknown>,
): fc.Arbitrary<unknown> {
  const rules = rulesOfField(field);
  if (!isLeftToValidator(rules)) return values;
  const isOwn = new RegExp(`^${field.name}($|[.[])`);
  const passes = (value: unknown) => {
    const alone = reflect(field.parent);
    alone.set(field, value);
    const judged = judge(schema, field.parent, alone.message);
    return judged.kind !== "invalid" || !judged.broken.some((each) => isOwn.test(each.field));
  };
  const ids = [...rules.values.keys(), ...rules.cel.map((each) => each.id)];
  if (rules.predefined.length > 0) ids.push("its predefined rules");
  return filtered(values, passes, ids.join(", "));
}

function isLeftToValidator(rules: Rules): boolean {
  if (rules.ignore === Ignore.ALWAYS) return false;
  return (
    needsValidator(rules) ||
    ["items", "keys", "values"].some((part) => rules.values.has(part)) ||
    (rules.kind === "string" && formsOfText.some((name) => rules.values.has(name))) ||
    (rules.kind === "bytes" && rules.values.has("pattern"))
  );
}

/** Forms whose generated strings can differ in detail from what protovalidate admits. */
const formsOfText = ["pattern", "email", "hostname", "uri", "uri_ref", "address", "host_and_port"];

export function isRequired(field: DescField): boolean {
  const rules = rulesOfField(field);
  return (
    (rules.required && rules.ignore !== Ignore.ALWAYS) ||
    field.presence === FeatureSet_FieldPresence.LEGACY_REQUIRED
  );
}
