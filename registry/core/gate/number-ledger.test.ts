import { describe, expect, it } from "vitest";
import { compileProto } from "../testing/compile-proto.ts";
import { type LedgerEntry, type NumberUse, numberUses, reusedNumbers } from "./number-ledger.ts";

const message = (fields: string) => `message Order { ${fields} }`;
const revision = async (text: string) => ({ ...(await compileProto(text)), bindings: [] });

/** A ledger of releases with these protos, oldest first, as the storage keeps it. */
async function ledgerOf(releases: Readonly<Record<string, string>>) {
  const entries: LedgerEntry[] = [];
  const isSame = (a: NumberUse, b: NumberUse) =>
    a.type === b.type && a.number === b.number && a.name === b.name && a.shape === b.shape;
  for (const [semver, text] of Object.entries(releases)) {
    const { registry, paths } = await compileProto(text);
    for (const use of numberUses(registry, paths)) {
      if (!entries.some((each) => isSame(each, use))) entries.push({ ...use, semver });
    }
  }
  return (type: string, number: number) =>
    entries.filter((each) => each.type === type && each.number === number);
}

describe("numberUses", () => {
  it("has every field and value, nested ones too, with what stands for them in bytes", async () => {
    const { registry, paths } = await compileProto(`
      enum Kind { KIND_UNSPECIFIED = 0; }
      message Order {
        repeated string tags = 1; map<int32, Kind> kinds = 2; optional Line line = 3; oneof a { bytes b = 4; }
        message Line { sint64 n = 1; enum Unit { UNIT_UNSPECIFIED = 0; } }
      }`);
    const shown = numberUses(registry, paths).map(
      ({ type, number, name, shape }) =>
        `${type.slice("acme.shop.v1.".length)} ${number} ${name}: ${shape}`,
    );
    expect(shown.sort()).toEqual([
      "Kind 0 KIND_UNSPECIFIED: ",
      "Order 1 tags: repeated string",
      "Order 2 kinds: map<int32, acme.shop.v1.Kind>",
      "Order 3 line: acme.shop.v1.Order.Line",
      "Order 4 b: bytes",
      "Order.Line 1 n: sint64",
      "Order.Line.Unit 0 UNIT_UNSPECIFIED: ",
    ]);
  });
});

describe("reusedNumbers", () => {
  const first = message("string id = 1; string note = 4; string tag = 5;");
  const deleted = message("string id = 1; reserved 4;");

  it("names the release that used a number first, whatever came between", async () => {
    const used = await ledgerOf({ "1.0.0": first, "2.0.0": deleted });
    const now = await revision(message("string id = 1;\nint32 count = 4;"));
    expect(reusedNumbers(now, await revision(deleted), used)).toEqual([
      {
        rule: "FIELD_NUMBER_NO_REUSE",
        message:
          'Number 4 of acme.shop.v1.Order was "string note" since release 1.0.0, was deleted later, and is "int32 count" now.',
        element: "acme.shop.v1.Order.count",
        place: { side: "proposal", file: "acme/shop/v1/shop.proto", line: 3, column: 1 },
        before: "string note = 4;",
        after: "int32 count = 4;",
        fix: 'In message Order, write `int32 count = 6;`, as no release used 6, and `reserved 4; reserved "note";`.',
        semver: "1.0.0",
      },
    ]);
  });

  it("knows numbers of enum values", async () => {
    const values = (more: string) => `enum Kind { KIND_UNSPECIFIED = 0; ${more} }`;
    const used = await ledgerOf({ "1.0.0": values("KIND_BOOK = 1;"), "2.0.0": values("") });
    const now = await revision(values("KIND_FOOD = 1;"));
    expect(reusedNumbers(now, await revision(values("")), used)).toMatchObject([
      { rule: "ENUM_VALUE_NUMBER_NO_REUSE", element: "acme.shop.v1.Kind.KIND_FOOD" },
    ]);
  });

  it("sees a number in a message that was deleted and came back as another", async () => {
    const used = await ledgerOf({ "1.0.0": first, "2.0.0": "message Other {}" });
    const now = await revision(message("int64 id = 1;"));
    const head = await revision("message Other {}");
    expect(reusedNumbers(now, head, used)).toMatchObject([{ element: "acme.shop.v1.Order.id" }]);
  });

  it.each([
    ["a revert, which puts back what was deleted", first, deleted],
    ["a number that nobody used", message("string id = 1; int32 count = 7;"), deleted],
    [
      "what head holds already",
      message("string id = 1; int32 count = 4;"),
      message("int32 count = 4;"),
    ],
  ])("accepts %s", async (_what, proposal, head) => {
    const used = await ledgerOf({ "1.0.0": first, "2.0.0": head });
    expect(reusedNumbers(await revision(proposal), await revision(head), used)).toEqual([]);
  });
});
