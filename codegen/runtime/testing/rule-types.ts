import { type DescField, type DescMessage, type DescOneof, ScalarType } from "@bufbuild/protobuf";
import {
  type ReflectMessage,
  reflect,
  reflectList,
  reflectMap,
  type ScalarValue,
} from "@bufbuild/protobuf/reflect";
import { linkSchema } from "../../../contract-tests/runner/contract.ts";
import type { Schema } from "../../../registry/core/samples/schema.ts";
import { compileProtos } from "../../testing/compile-protos.ts";

/** The types of `testdata/rules`, linked, with a validator that knows them. */
export function compileRuleTypes(): Schema {
  return linkSchema(compileProtos("codegen/runtime/testdata", ["rules"]).image);
}

const texts = [
  ...[
    "",
    "a",
    "ab",
    "abc",
    "no",
    "abcd",
    "abcde",
    "xaby",
    "b",
    "d",
    "aab",
    "AAC",
    "ab\n",
    "bc",
    "b.c",
    "b.c.d",
    "b.cd",
  ],
  ...["é", "éé", "ééé", "😀", "😀😀", "😀😀😀", "\ud800", "\ud800\ud800", "a\udc00"],
  "6f1c2a9e-0b7d-4c55-9c1e-2f1a7c3b8d10",
  "6f1c2a9e-0b7d-4c55-9c1e-2f1a7c3b8d1g",
  "6f1c2a9e0b7d4c559c1e2f1a7c3b8d10",
  "01ARZ3NDEKTSV4RRFFQ69G5FAV",
  "81ARZ3NDEKTSV4RRFFQ69G5FAV",
];
const integers = [0, 2, 1, 3, 4, 5, 6, 7, -1, -7];
const longs = [0n, 2n, 1n, 3n, 4n, 5n, 6n, 9007199254740992n, 9007199254740993n];
const floats = [0, 2, 0.5, 1, -0, -1, 0.25, Number.NaN, Number.POSITIVE_INFINITY, -Infinity];
const bytes = ["", "a", "ab", "abc", "bc", "xab", "four", "sixteen bytes ok", "seventeen bytes !"];

/** Values that lie on either side of the bounds in `testdata/rules`, the plainest first. */
export function valuesOf(type: ScalarType): readonly ScalarValue[] {
  switch (type) {
    case ScalarType.STRING:
      return texts;
    case ScalarType.BYTES:
      return bytes.map((each) => new TextEncoder().encode(each));
    case ScalarType.BOOL:
      return [false, true];
    case ScalarType.FLOAT:
    case ScalarType.DOUBLE:
      return floats;
    case ScalarType.UINT32:
    case ScalarType.FIXED32:
      return integers.filter((each) => each >= 0);
    case ScalarType.INT32:
    case ScalarType.SINT32:
    case ScalarType.SFIXED32:
      return integers;
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return longs;
    default:
      return [...longs, -1n, -7n];
  }
}

/** Messages within messages end here. */
const deepest = 3;
/** How many values each field of a type with several of them takes. */
const few = 3;

/**
 * Messages of a type with every combination of a few values of its fields, or with none. Not
 * checked, so that texts can be no Unicode.
 */
export function messagesOf(desc: DescMessage, depth = 0): readonly ReflectMessage[] {
  const isAlone = desc.members.length === 1;
  let messages: ((message: ReflectMessage) => void)[] = [() => {}];
  for (const member of desc.members) {
    const choices = settings(member, isAlone ? Number.POSITIVE_INFINITY : few, depth);
    messages = messages.flatMap((before) =>
      choices.map((choose) => (message: ReflectMessage) => {
        before(message);
        choose(message);
      }),
    );
  }
  return messages.map((fill) => {
    const message = reflect(desc, undefined, false);
    fill(message);
    return message;
  });
}

type Setting = (message: ReflectMessage) => void;

/** The ways to set a field, or the fields of a oneof; the first leaves it unset. */
function settings(member: DescField | DescOneof, most: number, depth: number): Setting[] {
  const fields = member.kind === "oneof" ? member.fields : [member];
  const chosen = fields.flatMap((field) =>
    candidates(field, depth)
      .slice(0, most)
      .map(
        (value): Setting =>
          (message) =>
            message.set(field, value),
      ),
  );
  return [() => {}, ...chosen];
}

function candidates(field: DescField, depth: number): readonly unknown[] {
  const single = singleValues(field, depth);
  switch (field.fieldKind) {
    case "list":
      return [
        ...[[], single.slice(1, 2), single.slice(1, 3), [single[1], single[1]], single],
        ...single.map((value) => [value]),
      ].map((items) => {
        const list = reflectList(field, [], false);
        for (const item of items) if (item !== undefined) list.add(item);
        return list;
      });
    case "map": {
      const keys = valuesOf(field.mapKey) as readonly (string | number | bigint | boolean)[];
      return [0, 1, 2, 3, 4, 5, 6, 7].flatMap((at) => {
        const map = reflectMap(field, {}, false);
        if (single[at] !== undefined && keys[at] !== undefined) map.set(keys[at], single[at]);
        const more = reflectMap(field, {}, false);
        for (const key of keys.slice(0, at)) more.set(key, single[at % single.length]);
        return [map, more];
      });
    }
    default:
      return single;
  }
}

function singleValues(field: DescField, depth: number): readonly unknown[] {
  if (field.scalar !== undefined) return valuesOf(field.scalar);
  if (field.enum !== undefined) return [...field.enum.values.map(({ number }) => number), 99];
  if (field.message === undefined || depth >= deepest) return [];
  return messagesOf(field.message, depth + 1);
}
