import { beforeAll, describe, expect, it } from "vitest";
import { readBindings } from "../binding/read-bindings.ts";
import { compileProto } from "../testing/compile-proto.ts";
import type { LinkedRevision } from "./linked-revision.ts";
import { migrationsOf } from "./migration.ts";

const header = (version: string) =>
  `syntax = "proto3"; package acme.shop.${version}; import "charter/nats/v1/binding.proto";`;
const v1 = `${header("v1")}
service Shop {
  option (charter.nats.v1.service) = {queue_group: "q.shop"};
  rpc Buy(Order) returns (Receipt) {
    option (charter.nats.v1.request) = {subject: "acme.shop.buy.v1"};
  }
}
message Order { string id = 1; string note = 2; Kind kind = 3; message Line { string sku = 1; } }
message Receipt { string id = 1; }
message Old { string gone = 1; }
message Item { string sku = 7; int32 count = 8; }
enum Kind { KIND_UNSPECIFIED = 0; }
message Sold {
  option (charter.nats.v1.event) = {subject: "acme.shop.sold.v1"};
  string id = 1;
}
`;
const v2 = v1
  .replaceAll("v1;", "v2;")
  .replaceAll(/(buy|sold)\.v1/g, "$1.v2")
  .replace("string note = 2;", "int32 note = 2; string more = 4;")
  .replace("message Old { string gone = 1; }", "message Fresh { bool yes = 1; }")
  .replace("message Item", "message Article")
  .replace("sold.v2", "bought.v2");

const path = (version: string) => `acme/shop/${version}/shop.proto`;

async function revisionOf(files: Readonly<Record<string, string>>): Promise<LinkedRevision> {
  const compiled = await compileProto(files);
  return { ...compiled, bindings: readBindings(compiled.registry, compiled.paths).bindings };
}

let head: LinkedRevision;
beforeAll(async () => {
  head = await revisionOf({ [path("v1")]: v1 });
});

describe("migrationsOf", () => {
  it("says of each type and subject what v2 makes of it", async () => {
    const now = await revisionOf({ [path("v1")]: v1, [path("v2")]: v2 });
    const [migration, ...more] = migrationsOf(now, head);
    expect(more).toEqual([]);
    expect(migration).toMatchObject({ from: "acme.shop.v1", to: "acme.shop.v2" });
    const shown = migration?.rows.map(
      ({ change, before, after, notes }) => `${change} ${before} → ${after}: ${notes.join("; ")}`,
    );
    expect(shown?.sort()).toEqual([
      "changed Order → Order: field note type: string → int32; field more added",
      "changed acme.shop.sold.v2 → acme.shop.bought.v2: subject: acme.shop.sold.v2 → acme.shop.bought.v2",
      "gone Old → null: ",
      "new null → Fresh: ",
      "renamed Item → Article: ",
      "same Kind → Kind: ",
      "same Receipt → Receipt: ",
      "same Shop → Shop: ",
      "same Sold → Sold: ",
      "same acme.shop.buy.v2 → acme.shop.buy.v2: ",
    ]);
  });

  it("has nothing to say of a new module, or of packages that head has", async () => {
    expect(migrationsOf(head, null)).toEqual([]);
    expect(migrationsOf(head, head)).toEqual([]);
  });

  it("compares v3 with v2, where there is one, and a first version with nothing", async () => {
    const two = await revisionOf({ [path("v1")]: v1, [path("v2")]: v2 });
    const v3 = v2.replaceAll("v2;", "v3;").replaceAll(/(buy|bought)\.v2/g, "$1.v3");
    const other = 'syntax = "proto3"; package acme.stock.v1; message A { string a = 1; }';
    const now = await revisionOf({
      [path("v1")]: v1,
      [path("v2")]: v2,
      [path("v3")]: v3,
      "acme/stock/v1/a.proto": other,
    });
    const found = migrationsOf(now, two);
    expect(found.map(({ from, to }) => [from, to])).toEqual([["acme.shop.v2", "acme.shop.v3"]]);
    expect(found[0]?.rows.every((row) => row.change === "same")).toBe(true);
  });

  it("says nothing where v1 already stands on v2, which no renaming shows", async () => {
    const crossed = await revisionOf({
      [path("v1")]: `${header("v1")} import "${path("v2")}"; message A { acme.shop.v2.A a = 1; }`,
      [path("v2")]: `${header("v2")} message A { string a = 1; }`,
    });
    const before = await revisionOf({
      [path("v1")]: `${header("v1")} message A { string a = 1; }`,
    });
    expect(migrationsOf(crossed, before)).toHaveLength(1);
    expect(migrationsOf(crossed, { ...crossed, files: crossed.files.slice(0, 1) })).toEqual([]);
  });
});
