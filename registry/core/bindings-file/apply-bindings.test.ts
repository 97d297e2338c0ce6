import { createFileRegistry, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { describe, expect, it } from "vitest";
import { readBindings } from "../binding/read-bindings.ts";
import { typeGraph } from "../revision/closure.ts";
import { meaningDigest } from "../revision/fingerprint.ts";
import { narrowImage, readImage } from "../revision/image.ts";
import { compileProto } from "../testing/compile-proto.ts";
import { applyBindings } from "./apply-bindings.ts";
import { parseBindingsFile } from "./parse-bindings-file.ts";

const path = "acme/shop/v1/shop.proto";

/** A file with every option; `bare` is the same without them. */
const bound = `syntax = "proto3";
package acme.shop.v1;
import "buf/validate/validate.proto";
import "charter/nats/v1/binding.proto";
import "google/protobuf/timestamp.proto";
service Shop {
  option (charter.nats.v1.service) = {queue_group: "q.shop" owner: "shop-team"};
  rpc Buy(Order) returns (Receipt) {
    option idempotency_level = NO_SIDE_EFFECTS;
    option (charter.nats.v1.request) = {
      subject: "acme.shop.buy.v1.{id}" deadline_ms: 50 reply_subject: "acme.shop.bought.v1"
      cache_ttl_ms: 100 invalidated_by: ["acme.shop.sold.v1.{id}"] compression: COMPRESSION_ZSTD cache_ignores: ["note"]
    };
  }
  rpc Watch(Order) returns (stream Receipt) {
    option (charter.nats.v1.request) = {
      subject: "acme.shop.watch.v1" frames: {subject: "acme.shop.seen.v1.{id}"} encryption: ENCRYPTION_REQUIRED idle_timeout_ms: 900
    };
  }
}
message Order {
  string id = 1 [(buf.validate.field).string.min_len = 1];
  string card = 2 [(buf.validate.field).string.min_len = 8, (charter.nats.v1.sensitive) = true];
  string note = 3;
}
message Receipt { google.protobuf.Timestamp at = 1; }
message Sold {
  option deprecated = true;
  option (charter.nats.v1.event) = {
    subject: "acme.shop.sold.v1.{id}"
    stream: {name: "SHOP" max_age_s: 60 max_bytes: 9007199254740991}
    dead_letter_subject: "acme.shop.dead.v1"
  };
  string id = 1;
}
`;
const bare = bound
  .replace('import "charter/nats/v1/binding.proto";\n', "")
  .replace("    option idempotency_level = NO_SIDE_EFFECTS;\n", "")
  .replace(/ *option \(charter[^;]*;\n/g, "")
  .replace(", (charter.nats.v1.sensitive) = true", "");

const bindingsYaml = `services:
  acme.shop.v1.Shop: {queue_group: q.shop, owner: shop-team}
requests:
  acme.shop.v1.Shop.Buy:
    subject: acme.shop.buy.v1.{id}
    deadline_ms: 50
    reply_subject: acme.shop.bought.v1
    cache_ttl_ms: 100
    invalidated_by: ["acme.shop.sold.v1.{id}"]
    compression: COMPRESSION_ZSTD
    cache_ignores: [note]
    idempotency_level: NO_SIDE_EFFECTS
  acme.shop.v1.Shop.Watch:
    subject: acme.shop.watch.v1
    frames: {subject: "acme.shop.seen.v1.{id}"}
    encryption: ENCRYPTION_REQUIRED
    idle_timeout_ms: 900
events:
  acme.shop.v1.Sold:
    subject: acme.shop.sold.v1.{id}
    stream: {name: SHOP, max_age_s: 60, max_bytes: 9007199254740991}
    dead_letter_subject: acme.shop.dead.v1
sensitive:
  - acme.shop.v1.Order.card
`;

/** What a proto with a bindings.yaml beside it says. */
async function apply(proto: string, text: string) {
  const read = parseBindingsFile(text);
  if (!read.ok) throw new Error(`the bindings of this test cannot be read: ${text}`);
  const { image } = await compileProto({ [path]: proto });
  const set = readImage(image);
  const applied = applyBindings(set, [path], read.entries);
  return { ...applied, set, registry: createFileRegistry(set) };
}

describe.concurrent("applyBindings", () => {
  it("gives the bindings, the descriptors and the meaning that options in the file give", async () => {
    const options = await compileProto({ [path]: bound });
    const file = await apply(bare, bindingsYaml);
    expect(file.problems).toEqual([]);
    const inFile = readBindings(options.registry, [path]);
    const beside = readBindings(file.registry, [path], file.places);
    const placeless = (all: typeof inFile) => all.bindings.map(({ place, ...rest }) => rest);
    expect(inFile.bindings).toHaveLength(3);
    expect(placeless(beside)).toEqual(placeless(inFile));
    const meaning = (of: typeof options.registry) => meaningDigest(of, [path], typeGraph(of));
    expect(meaning(file.registry)).toBe(meaning(options.registry));
    const bytes = (of: typeof options.registry) => {
      const proto = of.getFile(path)?.proto;
      if (proto === undefined) throw new Error(`${path} is not there`);
      return toBinary(FileDescriptorProtoSchema, { ...proto, sourceCodeInfo: undefined }).join();
    };
    expect(bytes(file.registry)).toBe(bytes(options.registry));
    const files = readImage(narrowImage(file.set, [path])).file.map((each) => each.name);
    expect(files).toContain("charter/nats/v1/binding.proto");
    expect(files.indexOf("charter/nats/v1/binding.proto")).toBeLessThan(files.indexOf(path));
  });

  it("says that a binding stands on its line of bindings.yaml", async () => {
    const { registry, places } = await apply(bare, bindingsYaml);
    const { bindings } = readBindings(registry, [path], places);
    expect(bindings.map((each) => each.place)).toEqual([
      { file: "bindings.yaml", line: 4 },
      { file: "bindings.yaml", line: 13 },
      { file: "bindings.yaml", line: 19 },
    ]);
  });

  it.each([
    [
      "requests: {acme.shop.v1.Shop.By: {subject: a.b}}",
      "acme.shop.v1.Shop.By: the module has no such rpc; the nearest: acme.shop.v1.Shop.Buy, acme.shop.v1.Shop.Watch",
    ],
    [
      "events: {acme.shop.v1.Shop.Buy: {subject: a.b}}",
      "acme.shop.v1.Shop.Buy: it is a rpc, and `events` is for a message; write it under `requests`",
    ],
    [
      "events: {google.protobuf.Timestamp: {subject: a.b}}",
      "google.protobuf.Timestamp: the module has no such message; the nearest: acme.shop.v1.Order",
    ],
    ["sensitive: [acme.shop.v1.Order.cart]", "the nearest: acme.shop.v1.Order.card"],
  ])("refuses %s", async (text, message) => {
    const { problems } = await apply(bare, text);
    expect(problems).toEqual([
      { file: "bindings.yaml", line: 1, message: expect.stringContaining(message) },
    ]);
  });

  it("refuses an entry for everything that has its option already", async () => {
    const { problems } = await apply(bound, bindingsYaml);
    expect(problems.map(({ line, message }) => `${line} ${message}`)).toEqual([
      "2 acme.shop.v1.Shop: the file has the option (charter.nats.v1.service) for it already; keep one of the two",
      "4 acme.shop.v1.Shop.Buy: the file sets idempotency_level already; take it out here",
      "13 acme.shop.v1.Shop.Watch: the file has the option (charter.nats.v1.request) for it already; keep one of the two",
      "19 acme.shop.v1.Sold: the file has the option (charter.nats.v1.event) for it already; keep one of the two",
      "24 acme.shop.v1.Order.card: the file has the option (charter.nats.v1.sensitive) for it already; keep one of the two",
    ]);
  });
});
