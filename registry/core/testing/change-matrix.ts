/** Files by their path; one that an edit leaves out is deleted. */
export type Files = Readonly<Record<string, string>>;

/** A change of `baseFiles`, and the findings that the gate shows for it. */
export interface MatrixCase {
  readonly what: string;
  readonly edit: (files: Files) => Files;
  /** `<blocks|shows> <tier> <rule> <element>` of each finding, in order. */
  readonly findings: readonly string[];
  /** Files that other modules import. */
  readonly imported?: readonly string[];
}

export const shopFile = "acme/shop/v1/shop.proto";
export const typesFile = "acme/shop/v1/types.proto";
export const stockFile = "acme/stock/v1/stock.proto";

/** A module with two packages, one of which has two files. */
export const baseFiles: Files = {
  [shopFile]: `syntax = "proto3";
package acme.shop.v1;
import "acme/shop/v1/types.proto";
import "charter/nats/v1/binding.proto";
import "buf/validate/validate.proto";

service Shop {
  option (charter.nats.v1.service) = {queue_group: "q.shop"};
  rpc Buy(Order) returns (Receipt) {
    option idempotency_level = IDEMPOTENT;
    option (charter.nats.v1.request) = {subject: "acme.shop.buy.v1" deadline_ms: 50};
  }
  rpc Watch(Order) returns (stream Receipt);
}

message Order {
  string id = 1;
  int32 count = 2;
  optional string note = 3;
  repeated string tags = 4;
  map<string, int32> totals = 5;
  oneof pay {
    string card = 6 [(charter.nats.v1.sensitive) = true];
    string voucher = 7;
  }
  message Line {
    string sku = 1 [(buf.validate.field).string.min_len = 1];
    enum Unit {
      UNIT_UNSPECIFIED = 0;
      UNIT_KILO = 1;
    }
  }
  Kind kind = 8;
  reserved 20, 21;
  reserved "old";
}

message Receipt {
  string id = 1;
}

message Sold {
  option (charter.nats.v1.event) = {subject: "acme.shop.sold.v1" stream: {name: "SHOP" max_age_s: 300}};
  string id = 1;
}
`,
  [typesFile]: `syntax = "proto3";
package acme.shop.v1;

enum Kind {
  KIND_UNSPECIFIED = 0;
  KIND_BOOK = 1;
  KIND_FOOD = 2;
}

message Money {
  int64 units = 1;
}
`,
  [stockFile]: `syntax = "proto3";
package acme.stock.v1;

message Level {
  int32 count = 1;
}

enum State {
  STATE_UNSPECIFIED = 0;
}
`,
};

/** Replaces texts that stand in a file once. */
export function replacing(
  path: string,
  ...pairs: readonly (readonly [from: string, to: string])[]
) {
  return (files: Files): Files => {
    let text = files[path] ?? "";
    for (const [from, to] of pairs) {
      if (text.split(from).length !== 2) throw new Error(`${path} has not once: ${from}`);
      text = text.replace(from, () => to);
    }
    return { ...files, [path]: text };
  };
}

/** One edit after the other. */
export function all(...edits: readonly MatrixCase["edit"][]): MatrixCase["edit"] {
  return (files) => edits.reduce((edited, edit) => edit(edited), files);
}

export function deleting(path: string): MatrixCase["edit"] {
  return (files) => Object.fromEntries(Object.entries(files).filter(([each]) => each !== path));
}

export function adding(path: string, text: string): MatrixCase["edit"] {
  return (files) => ({ ...files, [path]: text });
}
