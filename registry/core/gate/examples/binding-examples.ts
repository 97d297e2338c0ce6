import { bound, type ExampleRow, type RuleExample } from "./example.ts";

const messages =
  "\n\nmessage Order {\n  string id = 1;\n}\n\nmessage Receipt {\n  string id = 1;\n}";

function service(option: string, returns = "Receipt", level = ""): string {
  return `service Shop {\n  option (charter.nats.v1.service) = {queue_group: "q.shop"};\n  rpc Buy(Order) returns (${returns}) {\n${level}${option}  }\n}${messages}`;
}

function request(fields: string): string {
  return `    option (charter.nats.v1.request) = {${fields}};\n`;
}

function rpc(before: string, after: string): RuleExample {
  return bound(service(request(before)), service(request(after)));
}

function streaming(before: string, after: string): RuleExample {
  const returns = "stream Receipt";
  return bound(service(request(before), returns), service(request(after), returns));
}

function event(before: string, after: string): RuleExample {
  const message = (fields: string) =>
    `message Sold {\n  option (charter.nats.v1.event) = {${fields}};\n  string id = 1;\n}`;
  return bound(message(before), message(after));
}

const buy = 'subject: "acme.shop.buy.v1"';
const sold = 'subject: "acme.shop.sold.v1"';
const idempotent = "    option idempotency_level = IDEMPOTENT;\n";

export const bindingExamples: readonly ExampleRow[] = [
  ["BINDING_SUBJECT_NO_DELETE", bound(service(request(buy)), service(""))],
  ["BINDING_SUBJECT_SAME", rpc(buy, 'subject: "acme.shop.order.v1"')],
  [
    "BINDING_KIND_SAME",
    {
      ...bound(service(request(buy)), service(request(buy), "stream Receipt")),
      also: ["RPC_SAME_SERVER_STREAMING"],
    },
  ],
  [
    "BINDING_TYPE_SAME",
    {
      ...bound(service(request(buy)), service(request(buy), "Order")),
      also: ["RPC_SAME_RESPONSE_TYPE"],
    },
  ],
  [
    "BINDING_REPLY_SUBJECT_SAME",
    rpc(`${buy} reply_subject: "acme.shop.bought.v1"`, `${buy} reply_subject: "acme.shop.sold.v1"`),
  ],
  [
    "BINDING_FRAMES_SUBJECT_SAME",
    streaming(
      `${buy} frames: {subject: "acme.shop.frame.v1.{id}"}`,
      `${buy} frames: {subject: "acme.shop.part.v1.{id}"}`,
    ),
  ],
  [
    "BINDING_QUEUE_GROUP_SAME",
    bound(service(request(buy)), service(request(buy)).replace("q.shop", "q.shops")),
  ],
  [
    "BINDING_STREAM_SAME",
    event(`${sold} stream: {name: "SHOP"}`, `${sold} stream: {name: "SALES"}`),
  ],
  [
    "BINDING_DEAD_LETTER_SAME",
    event(
      `${sold} stream: {name: "SHOP"} dead_letter_subject: "acme.shop.dead.v1"`,
      `${sold} stream: {name: "SHOP"}`,
    ),
  ],
  ["BINDING_COMPRESSION_SAME", rpc(buy, `${buy} compression: COMPRESSION_ZSTD`)],
  ["BINDING_ENCRYPTION_SAME", event(sold, `${sold} encryption: ENCRYPTION_REQUIRED`)],
  [
    "BINDING_RETENTION_NO_SHORTEN",
    event(
      `${sold} stream: {name: "SHOP" max_age_s: 300}`,
      `${sold} stream: {name: "SHOP" max_age_s: 60}`,
    ),
  ],
  ["BINDING_DEADLINE_NO_SHORTEN", rpc(`${buy} deadline_ms: 50`, `${buy} deadline_ms: 20`)],
  [
    "BINDING_IDEMPOTENCY_NO_WEAKEN",
    {
      ...bound(service(request(buy), "Receipt", idempotent), service(request(buy))),
      also: ["RPC_SAME_IDEMPOTENCY_LEVEL"],
    },
  ],
  [
    "SENSITIVE_NO_REMOVE",
    bound(
      "message Order {\n  string card = 1 [(charter.nats.v1.sensitive) = true];\n}",
      "message Order {\n  string card = 1;\n}",
    ),
  ],
];
