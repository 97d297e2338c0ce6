import { describe, expect, it } from "vitest";
import { compileProto, onlyFile } from "../testing/compile-proto.ts";
import { readBindings } from "./read-bindings.ts";

const read = async (text: string) => {
  const { registry, paths } = await compileProto(text);
  return readBindings(registry, paths);
};

const contract = `message Meta { string request_id = 1; }
enum Kind { KIND_UNSPECIFIED = 0; }
message Order {
  string id = 1;
  Meta meta = 2;
  Kind kind = 3;
  sfixed64 count = 4;
  oneof way { uint32 shelf = 5; }
  optional string note = 6;
  repeated string tags = 7;
  repeated Meta metas = 8;
  map<string, string> labels = 9;
  bool gift = 10;
  double price = 11;
  bytes raw = 12;
}
message Receipt { string id = 1; }
`;
/** The line of the rpc or the message that the texts below end with. */
const declared = contract.split("\n").length + 3;
const header = 'option (charter.nats.v1.service) = {queue_group: "q.shop" owner: "shop-team"};';
const shop = (rpc: string, service = header) => `${contract}service Shop { ${service}\n\n${rpc} }`;
const buy = (request: string) =>
  shop(`rpc Buy(Order) returns (Receipt) { option (charter.nats.v1.request) = {${request}}; }`);
const watch = (request: string) =>
  shop(
    `rpc Watch(Order) returns (stream Receipt) { option (charter.nats.v1.request) = {${request}}; }`,
  );
const sold = (event: string) =>
  `${contract}\n\nmessage Sold { option (charter.nats.v1.event) = {${event}}; string id = 1; }`;

describe.concurrent("readBindings reads", () => {
  it("a request with all that it says", async () => {
    const request =
      'subject: "acme.buy.v1.{id}.{meta.request_id}" deadline_ms: 50 reply_subject: "acme.bought.v1"';
    const rpc = `rpc Buy(Order) returns (Receipt) {
      option idempotency_level = IDEMPOTENT;
      option (charter.nats.v1.request) = {${request}};
    }`;
    const { bindings, problems } = await read(shop(rpc));
    expect(problems).toEqual([]);
    expect(bindings).toEqual([
      {
        kind: "request",
        pattern: "acme.buy.v1.{id}.{meta.request_id}",
        parameters: [
          { field: "id", index: 3, type: "string" },
          { field: "meta.request_id", index: 4, type: "string" },
        ],
        messageType: "acme.shop.v1.Order",
        replyType: "acme.shop.v1.Receipt",
        owner: "shop-team",
        place: { file: onlyFile, line: declared },
        rpc: "acme.shop.v1.Shop.Buy",
        queueGroup: "q.shop",
        deadlineMs: 50,
        idempotency: "idempotent",
        replySubject: "acme.bought.v1",
        cache: null,
        compression: null,
        encryption: null,
      },
    ]);
  });

  it("what is not said as its default", async () => {
    const { bindings } = await read(
      buy('subject: "acme.buy.v1"').replace(' owner: "shop-team"', ""),
    );
    expect(bindings).toMatchObject([
      { deadlineMs: 5000, idempotency: "unknown", replySubject: null, owner: null, parameters: [] },
    ]);
  });

  it("frames with their own parameters, and frames to the inbox", async () => {
    const frames = 'subject: "acme.watch.v1" frames: {subject: "acme.seen.v1.{meta.request_id}"}';
    expect((await read(watch(frames))).bindings).toMatchObject([
      {
        kind: "streaming",
        framesPattern: "acme.seen.v1.{meta.request_id}",
        framesParameters: [{ field: "meta.request_id", index: 3, type: "string" }],
      },
    ]);
    expect((await read(watch('subject: "acme.watch.v1"'))).bindings).toMatchObject([
      { kind: "streaming", framesPattern: null, framesParameters: [] },
    ]);
  });

  it("an event with its stream, and the team of its package", async () => {
    const stream = 'stream: {name: "SHOP" max_age_s: 300 max_bytes: 9007199254740993}';
    const { bindings } = await read(
      `${sold(`subject: "acme.sold.v1.{id}" ${stream}`)} service S { ${header} }`,
    );
    expect(bindings).toEqual([
      {
        kind: "event",
        pattern: "acme.sold.v1.{id}",
        parameters: [{ field: "id", index: 3, type: "string" }],
        messageType: "acme.shop.v1.Sold",
        owner: "shop-team",
        place: { file: onlyFile, line: declared },
        stream: { name: "SHOP", maxAgeS: 300, maxBytes: "9007199254740993" },
        deadLetterSubject: null,
        compression: null,
        encryption: null,
      },
    ]);
  });

  it("an event that no stream keeps, also in a nested message", async () => {
    const inner = 'message In { option (charter.nats.v1.event) = {subject: "acme.in.v1"}; }';
    const { bindings } = await read(`message Out {\n  ${inner}\n}`);
    expect(bindings).toMatchObject([
      { messageType: "acme.shop.v1.Out.In", stream: null, place: { line: 3 } },
    ]);
  });

  it("nothing where nothing is declared, and only the given files", async () => {
    const { registry } = await compileProto(buy('subject: "acme.buy.v1"'));
    expect(readBindings(registry, []).bindings).toEqual([]);
    expect(readBindings(registry, ["no/such.proto"])).toEqual({ bindings: [], problems: [] });
    expect(await read(shop("rpc Buy(Order) returns (Receipt);"))).toEqual({
      bindings: [],
      problems: [],
    });
  });

  it.each([
    ["id", "string"],
    ["kind", "enum"],
    ["count", "integer"],
    ["shelf", "integer"],
    ["note", "string"],
    ["meta.request_id", "string"],
  ])("the parameter {%s} as %s", async (field, type) => {
    const { bindings } = await read(buy(`subject: "acme.buy.v1.{${field}}"`));
    expect(bindings).toMatchObject([{ parameters: [{ field, type }] }]);
  });
});

describe.concurrent("readBindings refuses", () => {
  const problemsOf = async (text: string) => {
    const { bindings, problems } = await read(text);
    expect(bindings).toEqual([]);
    return problems;
  };
  const noToken = "is no single string, integer or enum field of acme.shop.v1.Order";

  it.each([
    ["nope", "is no field of acme.shop.v1.Order"],
    ["meta.nope", "is no field of acme.shop.v1.Meta"],
    ["id.x", "goes through id, which is no single message"],
    ["metas.request_id", "goes through metas, which is no single message"],
    ["meta", noToken],
    ["tags", noToken],
    ["labels", noToken],
    ["gift", noToken],
    ["price", noToken],
    ["raw", noToken],
  ])("the parameter {%s}, which %s", async (field, reason) => {
    const pattern = `acme.buy.v1.{${field}}`;
    const problems = await problemsOf(buy(`subject: "${pattern}"`));
    const message = `acme.shop.v1.Shop.Buy: the parameter {${field}} of "${pattern}" ${reason}`;
    expect(problems).toEqual([{ message, file: onlyFile, line: declared }]);
  });

  const rpc = (signature: string, service = header) =>
    shop(
      `rpc Buy${signature} { option (charter.nats.v1.request) = {subject: "acme.buy.v1"}; }`,
      service,
    );
  const group = (name: string) => rpc("(Order) returns (Receipt)", header.replace("q.shop", name));

  it.each([
    ["a request without a subject", buy("deadline_ms: 5"), "it is empty"],
    ["a wildcard", buy('subject: "acme.*"'), "wildcards are written as parameters"],
    ["an event without a subject", sold(""), "it is empty"],
    ["a parameter of the reply", buy('subject: "a.b" reply_subject: "a.c.{count}"'), "is no field"],
    ["client streaming", rpc("(stream Order) returns (Receipt)"), "cannot be bound"],
    ["streams both ways", rpc("(stream Order) returns (stream Receipt)"), "cannot be bound"],
    ["no service option", rpc("(Order) returns (Receipt)", ""), "has no queue group"],
    ["no queue group", group(""), "has no queue group"],
    ["a queue group with a space", group("q shop"), 'the queue group "q shop" must be'],
    ["a queue group with a line break", group("q\\r\\nPUB x 0"), "must be 1 to 128 of"],
    ["a queue group with a wildcard", group("q.*"), "must be 1 to 128 of"],
    ["a deadline of weeks", buy('subject: "a.b" deadline_ms: 4294967295'), "at most 86400000"],
    ["frames of one reply", buy('subject: "a.b" frames: {subject: "a.c"}'), "server-streaming"],
    ["frames without a subject", watch('subject: "a.b" frames: {}'), "it is empty"],
    [
      "frames of a field that is not there",
      watch('subject: "a.b" frames: {subject: "a.{x}"}'),
      "is no field",
    ],
    ["a reply subject of a stream", watch('subject: "a.b" reply_subject: "a.c"'), "frames.subject"],
    [
      "a stream without a name",
      sold('subject: "a.b" stream: {max_age_s: 5}'),
      "must be upper case",
    ],
    ["a stream in lower case", sold('subject: "a.b" stream: {name: "shop"}'), "must be upper case"],
    ["a stream with a dot", sold('subject: "a.b" stream: {name: "A.B"}'), "must be upper case"],
    [
      "a stream's long name",
      sold(`subject: "a.b" stream: {name: "${"A".repeat(65)}"}`),
      "must be upper case",
    ],
  ])("%s", async (_what, text, reason) => {
    const problems = await problemsOf(text);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.message).toContain(reason);
    expect(problems[0]).toMatchObject({ file: onlyFile, line: declared });
  });

  it("each wrong binding of a file, and reads the good ones", async () => {
    const one = (name: string, subject: string) =>
      `rpc ${name}(Order) returns (Receipt) { option (charter.nats.v1.request) = {subject: "${subject}"}; }`;
    const { bindings, problems } = await read(
      shop([one("A", "a.{x}"), one("B", "a.b"), one("C", "a.>")].join("\n")),
    );
    expect(bindings).toMatchObject([{ rpc: "acme.shop.v1.Shop.B" }]);
    expect(problems.map(({ line, message }) => `${line} ${message.split(":")[0]}`)).toEqual([
      `${declared} acme.shop.v1.Shop.A`,
      `${declared + 2} acme.shop.v1.Shop.C`,
    ]);
  });
});
