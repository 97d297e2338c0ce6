import { type DescField, type DescMessage, getOption, ScalarType } from "@bufbuild/protobuf";
import { message as messageOption } from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import { type Change as Edit, itemChanges, valueChanges } from "../samples/breaking/changes.ts";
import { asScalar, rangeOf } from "../samples/values/numbers.ts";
import { rulesOfField, rulesWithin } from "../samples/values/rules.ts";
import type { ChangedAt } from "./changed-at.ts";

/** Fields of a message that get the values of an expression. */
const mostFields = 12;
/** Values taken from the expressions of one place. */
const mostLiterals = 16;
/** Texts of a length that an expression names. */
const longestText = 1000;

/**
 * Edits that put the numbers and texts of changed expressions into the fields that they may be about,
 * and their neighbours: there a rule in CEL turns from yes to no, which random values seldom meet.
 */
export function literalEdits(at: ChangedAt, side: "old" | "now"): readonly Edit[] {
  if (at.kind === "field") {
    const field = at[side];
    const expressions = [at.old, at.now].flatMap((each) => (each === null ? [] : ofField(each)));
    if (field === null) return [];
    const values = valuesFor(field, expressions);
    const isMany = field.fieldKind === "list" || field.fieldKind === "map";
    return isMany ? itemChanges(field).set(values) : valueChanges(field, values);
  }
  if (at.kind !== "message") return [];
  const expressions = [...ofMessage(at.old), ...ofMessage(at.now)];
  const singles = at[side].fields.filter((field) => field.fieldKind === "scalar");
  return singles.slice(0, mostFields).flatMap((field) =>
    valuesFor(field, expressions).flatMap((value): Edit[] => [
      (holder) => holder.set(field, value),
      // What relates fields turns where the others are nothing.
      (holder) => {
        for (const each of singles) holder.clear(each);
        holder.set(field, value);
      },
    ]),
  );
}

function valuesFor(field: DescField, expressions: readonly string[]): unknown[] {
  const { scalar } = field;
  const { numbers, texts } = literalsOf(expressions);
  if (scalar === undefined || expressions.length === 0) return [];
  const range = rangeOf(scalar);
  if (range !== null) {
    const wholes = numbers.filter(Number.isSafeInteger).map(BigInt);
    const inRange = wholes.filter((each) => each >= range.low && each <= range.high);
    return inRange.map((each) => asScalar(scalar, each));
  }
  if (scalar === ScalarType.DOUBLE) return [...numbers];
  if (scalar === ScalarType.FLOAT) return numbers.map(Math.fround);
  if (scalar !== ScalarType.STRING) return [];
  const lengths = numbers.filter((each) => Number.isInteger(each) && each > 0);
  const sized = lengths.filter((each) => each <= longestText).map((each) => "a".repeat(each));
  return [...texts, ...sized];
}

/** The numbers of expressions, each with its neighbours, and their texts. */
export function literalsOf(expressions: readonly string[]): {
  readonly numbers: readonly number[];
  readonly texts: readonly string[];
} {
  const quoted = /"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'/g;
  const texts = expressions.flatMap((expression) =>
    [...expression.matchAll(quoted)].map((match) => match[1] ?? match[2] ?? ""),
  );
  const numbers = expressions.flatMap((expression) =>
    [...expression.replaceAll(quoted, "").matchAll(/(?<![\w.])\d+(?:\.\d+)?/g)].flatMap(
      ([digits]) => [Number(digits), Number(digits) + 1, Number(digits) - 1],
    ),
  );
  return {
    numbers: [...new Set(numbers)].slice(0, mostLiterals),
    texts: [...new Set(texts)].slice(0, mostLiterals),
  };
}

function ofMessage(desc: DescMessage): string[] {
  const { cel, celExpression } = getOption(desc, messageOption);
  return [...cel.map((each) => each.expression), ...celExpression];
}

function ofField(field: DescField): string[] {
  const rules = rulesOfField(field);
  const parts = (["items", "keys", "values"] as const).map((part) => rulesWithin(rules, part));
  return [rules, ...parts].flatMap((each) => each.cel.map(({ expression }) => expression));
}
