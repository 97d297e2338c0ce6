import { beforeAll, describe, expect, it } from "vitest";
import { readBindings } from "../binding/read-bindings.ts";
import { compileProto } from "../testing/compile-proto.ts";
import { missingFrom, missingText, type UsedContract } from "./missing.ts";
import type { SubjectUse, UsedField } from "./usage.ts";

let contract: UsedContract;

beforeAll(async () => {
  const { registry, paths } = await compileProto(`
service ShopService {
  option (charter.nats.v1.service) = {queue_group: "q.shop" owner: "shop-team"};
  rpc Buy(Order) returns (Receipt) {
    option (charter.nats.v1.request) = {subject: "acme.shop.buy.v1"};
  }
}
message Order { string id = 1; }
message Receipt {
  string id = 1;
  repeated Item items = 2;
  map<string, Item> gifts = 3;
  Item best = 4;
  map<int32, double> rates = 5;
  repeated Currency accepted = 6;
}
message Item { int64 price_cents = 3; Receipt part_of = 4; }
enum Currency { CURRENCY_UNSPECIFIED = 0; }
message Sold {
  option (charter.nats.v1.event) = {subject: "acme.shop.sold.v1.{id}"};
  string id = 1;
}`);
  contract = { registry, bindings: readBindings(registry, paths).bindings };
});

/** @param text `items.price_cents 2.3 int64` */
function field(text: string): UsedField {
  const [path = "", numbers = "", ...type] = text.split(" ");
  return { path, numbers: numbers.split(".").map(Number), type: type.join(" ") };
}

function use(reads: readonly string[], change: Partial<SubjectUse> = {}): SubjectUse {
  return {
    module: "acme/shop",
    semver: "1.0.0",
    subject: "acme.shop.buy.v1",
    kind: "request",
    reads: { message: "acme.shop.v1.Receipt", fields: reads.map(field) },
    sends: { message: "acme.shop.v1.Order", fields: [] },
    ...change,
  };
}

const told = (each: SubjectUse) =>
  missingFrom(each, contract).map((missing) => missingText(missing, "web@1", "1.4.0"));

const sends = (text: string) =>
  use([], { sends: { message: "acme.shop.v1.Order", fields: [field(text)] } });
const sold = { subject: "acme.shop.sold.v1.{id}", kind: "event", sends: null } as const;
const ofReceipt = "of acme.shop.v1.Receipt";

describe("missingFrom", () => {
  it.each<[string, SubjectUse]>([
    ["nothing but the subject", use([])],
    ["a field", use(["id 1 string"])],
    ["a list", use(["items 2 repeated acme.shop.v1.Item"])],
    ["a list of an enum", use(["accepted 6 repeated acme.shop.v1.Currency"])],
    ["a field within a list", use(["items.price_cents 2.3 int64"])],
    ["a field within a map", use(["gifts.price_cents 3.3 int64"])],
    ["a map", use(["rates 5 map<int32, double>"])],
    ["a field of a type within itself", use(["best.part_of.best.price_cents 4.4.4.3 int64"])],
    ["a field that has another name now", use(["label 1 string", "things.cost 2.3 int64"])],
    ["a field that is sent", sends("id 1 string")],
    ["an event", use([], { ...sold, reads: { message: "acme.shop.v1.Sold", fields: [] } })],
  ])("finds nothing where there is %s", (_, kept) => {
    expect(missingFrom(kept, contract)).toEqual([]);
  });

  it.each<[string, SubjectUse, string]>([
    [
      "a field that is gone, though its name is there",
      use(["id 9 string"]),
      `web@1 reads id ${ofReceipt}, which 1.4.0 does not have`,
    ],
    [
      "a field that is gone within a list",
      use(["items.weight 2.9 int64"]),
      `web@1 reads items.weight ${ofReceipt}, which 1.4.0 does not have`,
    ],
    [
      "a field within what is no message now",
      use(["id.text 1.1 string"]),
      `web@1 reads id.text ${ofReceipt}, which 1.4.0 does not have`,
    ],
    [
      "a field of another type",
      use(["id 1 int32"]),
      `web@1 reads id ${ofReceipt} as int32; in 1.4.0 it is string`,
    ],
    [
      "a field that is a list now",
      use(["items 2 acme.shop.v1.Item"]),
      `web@1 reads items ${ofReceipt} as acme.shop.v1.Item; in 1.4.0 it is repeated acme.shop.v1.Item`,
    ],
    [
      "a map with other keys",
      use(["rates 5 map<string, double>"]),
      `web@1 reads rates ${ofReceipt} as map<string, double>; in 1.4.0 it is map<int32, double>`,
    ],
    [
      "a field that is sent and gone",
      sends("note 7 string"),
      "web@1 sends note of acme.shop.v1.Order, which 1.4.0 does not have",
    ],
    [
      "a subject that is gone, and not its fields too",
      use(["id 9 string"], { subject: "acme.shop.give.v1" }),
      "web@1 uses acme.shop.give.v1, which 1.4.0 does not have",
    ],
    [
      "a subject of another kind",
      use([], { kind: "streaming" }),
      `web@1 uses acme.shop.buy.v1 as streaming of acme.shop.v1.Order for acme.shop.v1.Receipt; in 1.4.0 it is request of acme.shop.v1.Order for acme.shop.v1.Receipt`,
    ],
    [
      "a subject that takes another message",
      use([], { sends: { message: "acme.shop.v1.Wish", fields: [] } }),
      `web@1 uses acme.shop.buy.v1 as request of acme.shop.v1.Wish for acme.shop.v1.Receipt; in 1.4.0 it is request of acme.shop.v1.Order for acme.shop.v1.Receipt`,
    ],
    [
      "an event that is another message now",
      use([], sold),
      `web@1 uses acme.shop.sold.v1.{id} as event of acme.shop.v1.Receipt; in 1.4.0 it is event of acme.shop.v1.Sold`,
    ],
  ])("names %s", (_, lost, text) => {
    expect(told(lost)).toEqual([text]);
  });

  it("tells by which element and numbers a field is found again", () => {
    const both = missingFrom(use(["items.cost 2.9 int64", "items.part.id 2.4.1 int32"]), contract);
    expect(both).toMatchObject([
      { element: "acme.shop.v1.Item.cost", numbers: [2, 9], was: null, is: null },
      { element: "acme.shop.v1.Receipt.id", numbers: [2, 4, 1], was: "int32", is: "string" },
    ]);
  });
});
