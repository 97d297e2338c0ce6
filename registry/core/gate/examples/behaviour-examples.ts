import { checked, type ExampleRow, type RuleExample } from "./example.ts";

/** A request and its reply, with the fields of each. */
function shop(order: string, receipt: string): string {
  const type = (name: string, fields: string) => `message ${name} {\n${fields}}`;
  return `service Shop {
  option (charter.nats.v1.service) = {queue_group: "q.shop"};
  rpc Buy(Order) returns (Receipt) {
    option (charter.nats.v1.request) = {subject: "acme.shop.buy.v1"};
  }
}

${type("Order", order)}

${type("Receipt", receipt)}`;
}

function inOrder(before: string, after: string): RuleExample {
  const id = "  string id = 1;\n";
  return checked(shop(before, id), shop(after, id));
}

function inReceipt(before: string, after: string): RuleExample {
  const id = "  string id = 1;\n";
  return checked(shop(id, before), shop(id, after));
}

const note = (rule: string) => `  string note = 1 [(buf.validate.field).string.${rule}];\n`;
const range = (rule: string) => `${rule}  int32 low = 1;\n  int32 high = 2;\n`;
const cel = (expression: string) => `  option (buf.validate.message).cel = {
    id: "order.range"
    message: "must be a range"
    expression: "${expression}"
  };\n`;

export const behaviourExamples: readonly ExampleRow[] = [
  ["VALIDATION_NO_TIGHTEN", inOrder(note("max_len = 4000"), note("max_len = 100"))],
  ["VALIDATION_NO_LOOSEN", inReceipt(note("max_len = 100"), note("max_len = 4000"))],
  ["MESSAGE_PASSES_UNHARMED", inOrder("  int32 count = 1;\n", "  int64 count = 1;\n")],
  ["VALIDATION_RULE_FAILS", inReceipt(range(""), range(cel("100 / this.low <= this.high")))],
  ["VALIDATION_CHANGED", inOrder(note('pattern = "^[ab]+$"'), note('pattern = "^(a|b)+$"'))],
];
