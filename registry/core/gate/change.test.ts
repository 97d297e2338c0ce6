import { expect, it } from "vitest";
import { type Change, sameChange } from "./change.ts";

const change = (rule: string, element: string, message = rule): Change => ({
  rule,
  element,
  message,
  place: { side: "proposal", file: "acme/shop/v1/shop.proto", line: 1, column: 1 },
  before: null,
  after: null,
});

it.each<[what: string, one: Change, other: Change, isSame: boolean]>([
  [
    "a new enum value and its refusal by readers",
    change("ENUM_VALUE_ADDED", "acme.Kind.B"),
    change("VALIDATION_NO_LOOSEN", "acme.Kind.B"),
    true,
  ],
  [
    "another type, and a message that is harmed by it",
    { ...change("FIELD_SAME_TYPE", "acme.Order.a"), before: "int32 a", after: "int64 a" },
    { ...change("MESSAGE_PASSES_UNHARMED", "acme.Order.a"), before: "int32 a", after: "int64 a" },
    true,
  ],
  [
    "another type and another cardinality",
    change("FIELD_SAME_TYPE", "acme.Order.a"),
    change("FIELD_SAME_CARDINALITY", "acme.Order.a"),
    true,
  ],
  [
    "a required field that is gone, and messages that lack it",
    { ...change("FIELD_NO_DELETE", "acme.Order.a"), before: "string a" },
    { ...change("MESSAGE_PASSES_UNHARMED", "acme.Order.a"), before: "string a" },
    true,
  ],
  [
    "the harm by two fields",
    change("MESSAGE_PASSES_UNHARMED", "acme.Order.a"),
    change("MESSAGE_PASSES_UNHARMED", "acme.Order.b"),
    false,
  ],
  [
    "the refusals of two fields",
    change("VALIDATION_NO_LOOSEN", "acme.Order.a"),
    change("VALIDATION_NO_LOOSEN", "acme.Order.b"),
    false,
  ],
  [
    "a rule that is both tightened and loosened",
    change("VALIDATION_NO_LOOSEN", "acme.Order.a"),
    change("VALIDATION_NO_TIGHTEN", "acme.Order.a"),
    false,
  ],
])("sameChange takes %s for one change or for two", (_, one, other, isSame) => {
  expect(sameChange(one) === sameChange(other)).toBe(isSame);
});
