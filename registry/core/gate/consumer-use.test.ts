import { beforeAll, describe, expect, it } from "vitest";
import { type CompiledCases, compileCases } from "../testing/compile-cases.ts";
import type { Consumer } from "../usage/consumer.ts";
import type { SubjectUse } from "../usage/usage.ts";
import { type Change, sameChange } from "./change.ts";
import { compareRevisions } from "./compare-revisions.ts";
import { brokenUses, keyOfChange, type Sides } from "./consumer-use.ts";
import { elementUsers } from "./element-users.ts";

const path = "acme/shop/v1/shop.proto";
const shop = `syntax = "proto3";
package acme.shop.v1;

import "charter/nats/v1/binding.proto";

service Shop {
  option (charter.nats.v1.service) = {queue_group: "q.shop"};
  rpc Buy(Order) returns (Receipt) {
    option (charter.nats.v1.request) = {subject: "acme.shop.buy.v1"};
  }
}
message Order {
  string id = 1;
  Kind kind = 2;
}
message Receipt {
  string id = 1;
  int64 price_cents = 2;
  repeated Item items = 3;
  oneof pay {
    string card = 4;
    string voucher = 5;
  }
}
message Item {
  string sku = 1;
  int64 price_cents = 2;
}
message Thing {
  int64 weight = 2;
}
enum Kind {
  KIND_UNSPECIFIED = 0;
  KIND_BOOK = 1;
}
message Sold {
  option (charter.nats.v1.event) = {subject: "acme.shop.sold.v1"};
  string id = 1;
}
`;

const buy = (change: Partial<SubjectUse> = {}): SubjectUse => ({
  module: "acme/shop",
  semver: "1.0.0",
  subject: "acme.shop.buy.v1",
  kind: "request",
  reads: {
    message: "acme.shop.v1.Receipt",
    fields: [
      // A release before head had it under this name.
      { path: "price", numbers: [2], type: "int64" },
      { path: "items", numbers: [3], type: "repeated acme.shop.v1.Item" },
      { path: "items.sku", numbers: [3, 1], type: "string" },
      { path: "card", numbers: [4], type: "string" },
      // Head does not have it any more.
      { path: "note", numbers: [9], type: "string" },
    ],
  },
  sends: {
    message: "acme.shop.v1.Order",
    fields: [{ path: "kind", numbers: [2], type: "acme.shop.v1.Kind" }],
  },
  ...change,
});

const sold: SubjectUse = {
  module: "acme/shop",
  semver: "1.0.0",
  subject: "acme.shop.sold.v1",
  kind: "event",
  reads: { message: "acme.shop.v1.Sold", fields: [] },
  sends: null,
};

const bought = (fields: SubjectUse["reads"]["fields"]) =>
  buy({
    reads: { message: "acme.shop.v1.Receipt", fields },
    sends: { message: "acme.shop.v1.Order", fields: [] },
  });

const consumers: readonly Consumer[] = [
  { participant: "web", build: "2", environments: ["prod", "test"], uses: [buy(), sold] },
  {
    participant: "bot",
    build: "1",
    environments: [],
    uses: [bought([{ path: "price_cents", numbers: [2], type: "int64" }])],
  },
];

type Case = readonly [what: string, from: string, to: string, ...found: string[]];

const receipt = "acme.shop.v1.Receipt";

const cases: readonly Case[] = [
  [
    "a field that is read, though its number is reserved",
    "  int64 price_cents = 2;\n  repeated",
    '  reserved 2;\n  reserved "price_cents";\n  repeated',
    `${receipt}.price_cents with FIELD_NO_DELETE: web@2 (prod, test) reads price of ${receipt}, which this proposal does not have. Another build uses it as well.`,
  ],
  [
    "a field whose name another one takes",
    "  int64 price_cents = 2;\n  repeated",
    "  reserved 2;\n  int64 price_cents = 6;\n  repeated",
    `${receipt}.price_cents with FIELD_NO_DELETE: web@2 (prod, test) reads price of ${receipt}, which this proposal does not have. Another build uses it as well.`,
  ],
  [
    "the names of two fields, which changed places",
    "    string card = 4;\n    string voucher = 5;",
    "    string voucher = 4;\n    string card = 5;",
  ],
  ["a field that nobody reads", "    string voucher = 5;\n", ""],
  ["another name of a field", "int64 price_cents = 2;\n  repeated", "int64 cents = 2;\n  repeated"],
  ["what is new", "  string id = 1;\n  Kind", "  string id = 1;\n  string more = 3;\n  Kind"],
  [
    "another type of a field",
    "  int64 price_cents = 2;\n  repeated",
    "  string price_cents = 2;\n  repeated",
    `${receipt}.price_cents with FIELD_SAME_TYPE: web@2 (prod, test) reads price of ${receipt} as int64; in this proposal it is string. Another build uses it as well.`,
  ],
  [
    "a list that is one now, once for all that is read through it",
    "  repeated Item items = 3;",
    "  Item items = 3;",
    `${receipt}.items with FIELD_SAME_CARDINALITY: web@2 (prod, test) reads items of ${receipt} as repeated acme.shop.v1.Item; in this proposal it is acme.shop.v1.Item.`,
  ],
  [
    "a message that became another, once for all that is read through it",
    "  repeated Item items = 3;",
    "  repeated Thing items = 3;",
    `${receipt}.items with FIELD_SAME_TYPE: web@2 (prod, test) reads items of ${receipt} as repeated acme.shop.v1.Item; in this proposal it is repeated acme.shop.v1.Thing.`,
  ],
  [
    "a field that is read through a list",
    "  string sku = 1;\n",
    "",
    `acme.shop.v1.Item.sku with FIELD_NO_DELETE: web@2 (prod, test) reads items.sku of ${receipt}, which this proposal does not have.`,
  ],
  [
    "a field that is sent",
    "  Kind kind = 2;\n",
    "  reserved 2;\n",
    "acme.shop.v1.Order.kind with FIELD_NO_DELETE: web@2 (prod, test) sends kind of acme.shop.v1.Order, which this proposal does not have.",
  ],
  [
    "a subject that moved",
    'subject: "acme.shop.buy.v1"',
    'subject: "acme.shop.order.v1"',
    "acme.shop.v1.Shop.Buy with BINDING_SUBJECT_SAME: web@2 (prod, test) uses acme.shop.buy.v1, which this proposal does not have. Another build uses it as well.",
  ],
  [
    "a stream in place of a reply",
    "returns (Receipt)",
    "returns (stream Receipt)",
    `acme.shop.v1.Shop.Buy with BINDING_KIND_SAME: web@2 (prod, test) uses acme.shop.buy.v1 as request of acme.shop.v1.Order for ${receipt}; in this proposal it is streaming of acme.shop.v1.Order for ${receipt}. Another build uses it as well.`,
  ],
  [
    "an event that is none any more",
    '  option (charter.nats.v1.event) = {subject: "acme.shop.sold.v1"};\n',
    "",
    "acme.shop.v1.Sold with BINDING_SUBJECT_NO_DELETE: web@2 (prod, test) uses acme.shop.sold.v1, which this proposal does not have.",
  ],
];

let compiled: CompiledCases;
let changes: readonly (readonly Change[])[];

beforeAll(async () => {
  const edited = (from: string, to: string) => {
    expect(shop).toContain(from);
    return { [path]: shop.replace(from, to) };
  };
  compiled = await compileCases(
    cases.map(([, from, to]) => ({ base: { [path]: shop }, edit: () => edited(from, to) })),
  );
  const found = await compiled.breaking();
  changes = compiled.cases.map(({ old, now }, at) =>
    compareRevisions(found[at] ?? [], old, now, { carriers: () => [], nowMs: 0 }),
  );
});

/** A case with the consumers in its names, and a text in the names of this file. */
function caseOf(what: string) {
  const at = cases.findIndex(([each]) => each === what);
  const { name, old, now } = compiled.cases[at] ?? {};
  if (name === undefined || old === undefined || now === undefined) throw new Error(what);
  const sides: Sides = { head: old, proposed: now };
  const named: readonly Consumer[] = JSON.parse(JSON.stringify(consumers).replaceAll("acme", name));
  const written = (text: string) => text.replaceAll(name, "acme");
  return { name, sides, changes: changes[at] ?? [], consumers: named, written };
}

describe("brokenUses shows, beside the change that other rules see,", () => {
  it.each(cases)("%s", (what, _from, _to, ...expected) => {
    const one = caseOf(what);
    const broken = brokenUses(one.consumers, one.sides, one.changes);
    const found = broken.map((each) => {
      const rules = one.changes
        .filter((change) => sameChange(change) === sameChange(each))
        .map(({ rule }) => rule);
      // The mildest of them is what a policy lets through first.
      const mildest = rules.find((rule) => expected.some((text) => text.includes(` ${rule}:`)));
      return one.written(`${each.element} with ${mildest ?? rules}: ${each.message}`);
    });
    expect(found).toEqual(expected);
    expect(broken.map(({ rule }) => rule)).toEqual(expected.map(() => "CONSUMER_USE_NO_BREAK"));
  });

  it("nothing without consumers", () => {
    const { sides, changes: seen } = caseOf("a subject that moved");
    expect(brokenUses([], sides, seen)).toEqual([]);
  });

  it("what only the consumers see at the binding that they use", () => {
    const { sides, consumers: all, written } = caseOf("a field that is read through a list");
    const [alone] = brokenUses(all, sides, []);
    const { line } = sides.proposed.bindings.find(({ kind }) => kind === "request")?.place ?? {};
    expect(alone).toMatchObject({ before: null, after: null, place: { side: "proposal", line } });
    expect(written(alone?.element ?? "")).toBe("acme.shop.v1.Item.sku");
  });
});

describe("elementUsers knows who uses", () => {
  const all = "web@2 reads, bot@1 reads";
  it.each<[element: string, users: string]>([
    [`${receipt}.price_cents`, all],
    [receipt, all],
    ["acme.shop.v1.Item.sku", "web@2 reads"],
    ["acme.shop.v1.Item", "web@2 reads"],
    ["acme.shop.v1.Item.price_cents", ""],
    [`${receipt}.pay`, "web@2 reads"],
    ["acme.shop.v1.Kind.KIND_BOOK", "web@2 sends"],
    ["acme.shop.v1.Order.kind", "web@2 sends"],
    ["acme.shop.v1.Order.id", ""],
    ["acme.shop.v1.Shop.Buy", "web@2 uses, bot@1 uses"],
    ["acme.shop.v1.Shop", "web@2 uses, bot@1 uses"],
    ["acme.shop.v1.Sold", "web@2 reads"],
    [path, "web@2 uses, bot@1 uses"],
    ["acme.shop.v1", "web@2 uses, bot@1 uses"],
  ])("%s: %s", (element, expected) => {
    const { name, sides, consumers: named } = caseOf("what is new");
    const users = elementUsers([{ consumers: named, contract: sides.head }]);
    const change = { element: element.replaceAll("acme", name), after: "" } as Change;
    const found = users.get(keyOfChange(change, sides)) ?? [];
    const shown = found.map(({ participant, build, does }) => `${participant}@${build} ${does}`);
    expect(shown.join(", ")).toBe(expected);
  });

  it("a field under the name that the proposal gives it", () => {
    const {
      name,
      sides,
      consumers: named,
    } = caseOf("the names of two fields, which changed places");
    const users = elementUsers([{ consumers: named, contract: sides.head }]);
    const usersOf = (field: string) => {
      const change = { element: `${name}.shop.v1.Receipt.${field}`, after: "" } as Change;
      return users.get(keyOfChange(change, sides)) ?? [];
    };
    expect(usersOf("voucher")).toHaveLength(1);
    expect(usersOf("card")).toEqual([]);
  });
});
