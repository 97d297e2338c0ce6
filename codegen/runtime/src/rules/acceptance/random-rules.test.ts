import { create, type MessageInitShape, ScalarType } from "@bufbuild/protobuf";
import { FieldDescriptorProto_Type as Type } from "@bufbuild/protobuf/wkt";
import { createValidator } from "@bufbuild/protovalidate";
import {
  type FieldRulesSchema,
  Ignore,
} from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import fc from "fast-check";
import { expect, it } from "vitest";
import { oneFieldType, type Standing } from "../../../testing/one-field-type.ts";
import { valuesOf } from "../../../testing/rule-types.ts";
import { matchesPattern } from "../pattern-match.ts";
import { compileAcceptance } from "./acceptance.ts";

/** A kind of field, standard rules for it at random, and values to try them on. */
interface Kind {
  /** The name of the rules. */
  readonly name: string;
  readonly type: Type;
  readonly typeName?: string | undefined;
  readonly rules: fc.Arbitrary<object>;
  readonly values: readonly unknown[];
}

const oneOf = (values: readonly unknown[]) => fc.constantFrom(...values);
const manyOf = (values: readonly unknown[]) => fc.array(oneOf(values), { maxLength: 3 });
const bound = (name: string, values: readonly unknown[]) =>
  fc.record({ case: fc.constantFrom(name, `${name}e`), value: oneOf(values) });
const size = fc.bigInt(0n, 6n);

/** A few rules at once: with all of them no value would keep them. */
function few(rules: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<object> {
  const all = Object.keys(rules);
  return fc
    .subarray(all, { minLength: 1, maxLength: Math.min(3, all.length) })
    .chain((names) =>
      fc.record(Object.fromEntries(names.map((name) => [name, rules[name] ?? fc.constant(0)]))),
    );
}

function numbers(name: string, type: ScalarType): Kind {
  const values = valuesOf(type);
  const isFloat = type === ScalarType.FLOAT || type === ScalarType.DOUBLE;
  const rules = few({
    const: oneOf(values),
    lessThan: bound("lt", values),
    greaterThan: bound("gt", values),
    in: manyOf(values),
    notIn: manyOf(values),
    ...(isFloat ? { finite: fc.boolean() } : {}),
  });
  return { name, type: type as number as Type, rules, values };
}

function moments(name: string, more: Record<string, fc.Arbitrary<unknown>>): Kind {
  // Not all of them are normal: protovalidate compares them as they are.
  const values = [-1n, 0n, 1n].flatMap((seconds) =>
    [-5, 0, 5, 2_000_000_000].map((nanos) => ({ seconds, nanos })),
  );
  const rules = few({
    const: oneOf(values),
    lessThan: bound("lt", values),
    greaterThan: bound("gt", values),
    ...more,
  });
  const typeName = `google.protobuf.${name === "duration" ? "Duration" : "Timestamp"}`;
  return { name, type: Type.MESSAGE, typeName, rules, values };
}

function wrapped(kind: Kind, typeName: string): Kind {
  const values = kind.values.map((value) => ({ value }));
  return { ...kind, type: Type.MESSAGE, typeName: `google.protobuf.${typeName}`, values };
}

const texts = valuesOf(ScalarType.STRING);
const bytes = valuesOf(ScalarType.BYTES);
const seconds = [{ seconds: 0n }, { seconds: 1n }, { nanos: 5 }];
const text: Kind = {
  ...{ name: "string", type: Type.STRING, values: texts },
  rules: few({
    ...{ len: size, minLen: size, maxLen: size, lenBytes: size, minBytes: size, maxBytes: size },
    ...{ prefix: oneOf(texts), suffix: oneOf(texts), contains: oneOf(texts) },
    ...{ notContains: oneOf(texts.slice(1)), in: manyOf(texts), notIn: manyOf(texts) },
    pattern: fc.constantFrom("^[a-c]*$", "^[a-z]{1,3}$", ".", "(?i)^A", "("),
  }),
};
const int64 = numbers("int64", ScalarType.INT64);
const kinds: readonly Kind[] = [
  numbers("int32", ScalarType.INT32),
  numbers("uint32", ScalarType.UINT32),
  numbers("sint32", ScalarType.SINT32),
  numbers("fixed32", ScalarType.FIXED32),
  numbers("sfixed32", ScalarType.SFIXED32),
  int64,
  numbers("uint64", ScalarType.UINT64),
  numbers("sint64", ScalarType.SINT64),
  numbers("fixed64", ScalarType.FIXED64),
  numbers("sfixed64", ScalarType.SFIXED64),
  numbers("float", ScalarType.FLOAT),
  numbers("double", ScalarType.DOUBLE),
  text,
  {
    ...{ name: "bytes", type: Type.BYTES, values: bytes },
    rules: few({
      ...{ const: oneOf(bytes), len: size, minLen: size, maxLen: size },
      ...{ prefix: oneOf(bytes), suffix: oneOf(bytes), in: manyOf(bytes), notIn: manyOf(bytes) },
    }),
  },
  {
    ...{ name: "bool", type: Type.BOOL, values: [false, true] },
    rules: few({ const: fc.boolean() }),
  },
  moments("duration", { in: manyOf(seconds), notIn: manyOf(seconds) }),
  moments("timestamp", {}),
  wrapped(text, "StringValue"),
  wrapped(int64, "Int64Value"),
];

interface RandomField {
  readonly kind: Kind;
  readonly standing: Standing;
  readonly ignore: Ignore;
  readonly required: boolean;
  readonly rules: object;
}

const fields: fc.Arbitrary<RandomField> = fc
  .record({
    kind: fc.constantFrom(...kinds),
    standing: fc.constantFrom<Standing>("implicit", "optional", "repeated", "in a oneof"),
    ignore: fc.constantFrom(Ignore.UNSPECIFIED, Ignore.IF_ZERO_VALUE, Ignore.ALWAYS),
    required: fc.boolean(),
  })
  .chain((field) => field.kind.rules.map((rules) => ({ ...field, rules })));

/** The rules of a list are those of its items, with some of its own. */
function rulesOf(field: RandomField): MessageInitShape<typeof FieldRulesSchema> {
  const { kind, standing, ignore, required, rules } = field;
  const own = { type: { case: kind.name, value: rules } as never };
  if (standing !== "repeated") return { ...own, ignore, required };
  const value = { minItems: 1n, unique: kind.type !== Type.MESSAGE, items: { ...own, ignore } };
  return { required, type: { case: "repeated", value } };
}

/** Messages with the field unset, and with each of its values. */
function messagesOf({ kind, standing }: RandomField): readonly object[] {
  switch (standing) {
    case "repeated":
      return [[], ...kind.values.map((value) => [value]), kind.values].map((v) => ({ v }));
    case "in a oneof":
      return [{}, ...kind.values.map((value) => ({ choice: { case: "v", value } }))];
    default: {
      const isWrapper = kind.typeName?.endsWith("Value") === true;
      const inner = (value: unknown) => (isWrapper ? (value as { value: unknown }).value : value);
      return [{}, ...kind.values.map((value) => ({ v: inner(value) }))];
    }
  }
}

it("compileAcceptance accepts only what protovalidate calls valid, whatever the rules", () => {
  const judge = createValidator({ regexMatch: matchesPattern });
  const seen = { types: 0, left: 0, valid: 0, accepted: 0 };
  fc.assert(
    fc.property(fields, (field) => {
      const { type, typeName } = field.kind;
      const desc = oneFieldType({
        type,
        typeName,
        standing: field.standing,
        rules: rulesOf(field),
      });
      const accepts = compileAcceptance(desc, judge);
      seen.types += 1;
      if (accepts === null) seen.left += 1;
      for (const init of messagesOf(field)) {
        const message = create(desc, init as Record<string, unknown>);
        const isValid = judge.validate(desc, message).kind === "valid";
        const isAccepted = accepts?.(message) === true;
        if (isAccepted) expect(isValid).toBe(true);
        if (isValid) seen.valid += 1;
        if (isAccepted) seen.accepted += 1;
      }
    }),
    { numRuns: 1500 },
  );
  // It would be true as well of a check that accepts nothing.
  expect(seen.left).toBeLessThan(seen.types / 10);
  expect(seen.accepted).toBeGreaterThan(seen.valid * 0.9);
});
