import { beforeAll, describe, expect, it } from "vitest";
import { replacing, shopFile, typesFile } from "../testing/change-matrix.ts";
import {
  asWritten,
  type CompiledCases,
  compileCases,
  type ProtoChange,
} from "../testing/compile-cases.ts";
import { compareDescriptors } from "./compare-descriptors.ts";
import { surprises } from "./surprises.ts";

const closed = 'syntax = "proto2";\npackage acme.shop.v1;\n';

const cases: readonly (ProtoChange & {
  readonly what: string;
  readonly found: readonly string[];
})[] = [
  {
    what: "a value of an open enum",
    edit: replacing(typesFile, ["KIND_FOOD = 2;", "KIND_FOOD = 2;\n  KIND_TOY = 3;"]),
    found: [
      'ENUM_VALUE_ADDED acme.shop.v1.Kind.KIND_TOY KIND_TOY = 3; Enum "acme.shop.v1.Kind" has the new value "KIND_TOY": readers with older stubs see the unknown number 3.',
    ],
  },
  {
    what: "a value of a closed enum",
    base: { [shopFile]: `${closed}enum Kind {\n  A = 0;\n}\n` },
    edit: replacing(shopFile, ["  A = 0;\n", "  A = 0;\n  B = 1;\n"]),
    found: [
      'ENUM_VALUE_ADDED acme.shop.v1.Kind.B B = 1; Enum "acme.shop.v1.Kind" has the new value "B": readers with older stubs see the field as if it were not set.',
    ],
  },
  {
    what: "a second name for a value",
    edit: replacing(typesFile, [
      "KIND_FOOD = 2;",
      "KIND_FOOD = 2;\n  option allow_alias = true;\n  KIND_MEAL = 2;",
    ]),
    found: [],
  },
  {
    what: "a value under another name",
    edit: replacing(typesFile, ["KIND_FOOD = 2;", "KIND_MEAL = 2;"]),
    found: [],
  },
  {
    what: "an enum, with all its values",
    edit: replacing(typesFile, ["message Money", "enum Size { SIZE_NONE = 0; }\nmessage Money"]),
    found: [],
  },
  {
    what: "a member of a oneof",
    edit: replacing(shopFile, ["voucher = 7;", "voucher = 7;\n    string cash = 9;"]),
    found: [
      'ONEOF_MEMBER_ADDED acme.shop.v1.Order.cash string cash = 9; Oneof "pay" of message "acme.shop.v1.Order" has the new member "cash": readers with older stubs see a oneof that is not set.',
    ],
  },
  {
    what: "a oneof, with all its members",
    edit: replacing(typesFile, [
      "int64 units = 1;",
      "int64 units = 1;\n  oneof unit {\n    string currency = 2;\n  }",
    ]),
    found: [],
  },
  {
    what: "a field, also one that knows whether it is set",
    edit: replacing(typesFile, [
      "int64 units = 1;",
      "int64 units = 1;\n  optional string currency = 2;\n  string note = 3;",
    ]),
    found: [],
  },
];

let compiled: CompiledCases;
beforeAll(async () => {
  compiled = await compileCases(cases);
});

describe("surprises", () => {
  it.each(cases)("of $what", ({ what, found }) => {
    const { old, now } = compiled.cases[cases.findIndex((each) => each.what === what)] ?? {};
    if (old === undefined || now === undefined) throw new Error(`${what} was not compiled`);
    const changes = surprises(compareDescriptors(old, now), old, now);
    expect(
      changes.map(({ rule, element, after, message }) =>
        asWritten(`${rule} ${element} ${after} ${message}`),
      ),
    ).toEqual(found);
  });
});
