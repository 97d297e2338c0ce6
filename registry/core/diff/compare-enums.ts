import type { DescEnum, DescEnumValue } from "@bufbuild/protobuf";
import { EnumOptionsSchema, EnumValueOptionsSchema } from "@bufbuild/protobuf/wkt";
import type { Aspects } from "./aspects.ts";
import type { Difference } from "./difference.ts";
import { added, changed, changedOptions, type Registries, removed } from "./element-differences.ts";
import { jsonFormatOf } from "./json-format.ts";
import { pair } from "./pair.ts";
import { namesInWords, rangesInWords } from "./ranges.ts";

/** What differs in an enum and its values. A number may have several names. */
export function compareEnums(old: DescEnum, now: DescEnum, registries: Registries): Difference[] {
  const values = pair(old.values, now.values, [
    (value) => `${value.number} ${value.name}`,
    (value) => value.number,
    (value) => value.name,
  ]);
  return [
    ...changed(now, [enumAspects(old), enumAspects(now)]),
    ...changedOptions([old, now], EnumOptionsSchema, (each) => each.proto.options, registries),
    ...values.removed.map(removed),
    ...values.both.flatMap(([before, after]) => compareValues(before, after, registries)),
    ...values.added.map(added),
  ];
}

function compareValues(old: DescEnumValue, now: DescEnumValue, registries: Registries) {
  return [
    ...changed(now, [valueAspects(old), valueAspects(now)]),
    ...changedOptions([old, now], EnumValueOptionsSchema, (each) => each.proto.options, registries),
  ];
}

function valueAspects({ name, number }: DescEnumValue): Aspects {
  return new Map([
    ["name", name],
    ["number", `${number}`],
  ]);
}

function enumAspects(type: DescEnum): Aspects {
  const { reservedRange, reservedName } = type.proto;
  const ranges = reservedRange.map(({ start, end }) => ({ first: start, last: end }));
  return new Map([
    ["unknown values", type.open ? "kept" : "set aside"],
    // What a field without a value reads as.
    ["default value", `${type.values[0]?.number ?? 0}`],
    ["reserved numbers", rangesInWords(ranges, greatestValue)],
    ["reserved names", namesInWords(reservedName)],
    ["JSON form", jsonFormatOf(type)],
  ]);
}

const greatestValue = 2 ** 31 - 1;
