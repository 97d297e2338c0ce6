import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import schema from "./contract.schema.json" with { type: "json" };
import { limits } from "./limits.ts";
import { parseContractFile } from "./parse-contract-file.ts";

const file = "shop.contract.yaml";
const page = readFileSync(join(import.meta.dirname, "../docs/contract-file.md"), "utf8");
const documented = /```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? "";

function problemsOf(text: string) {
  const read = parseContractFile(file, text);
  return read.ok ? [] : read.problems;
}

describe("parseContractFile", () => {
  it("reads the example of its page", () => {
    const read = parseContractFile(file, documented);
    if (!read.ok) throw new Error(JSON.stringify(read.problems));
    const order = "shop.order.v1.{customer.region}.{item_id}";
    expect(read.settings.subjects.get(order)).toMatchObject({
      place: { file, line: 4, column: 3 },
      correlate: { request: "item_id", reply: "order_id" },
      repeat: { ignore: ["total"] },
      latency: { p50Ms: 5, p95Ms: 20, p99Ms: 80, minimumSamples: 500 },
      given: [{ call: "shop.test.stock.v1", message: { itemId: "lamp", count: 3 } }],
      examples: [
        { name: "a small order", expect: { cel: "reply.total >= uint(request.count)" } },
        {
          name: "no customer",
          request: { base64: "CgRsYW1wEAE=" },
          expect: { errors: ["invalid_argument"] },
        },
      ],
      flows: [{ withinMs: 2000, key: { request: "item_id", event: "order_id" } }],
    });
    expect(read.settings.subjects.get("shop.watch.v1")?.streaming).toEqual({
      firstFrameMs: 300,
      gapP99Ms: 80,
      framesAfterCancel: 3,
    });
    expect(read.settings.subjects.get("shop.order.placed.v1")?.event).toEqual({
      last: 10_000,
      orderedBy: "order_id",
      consumers: [{ durable: "indexer", poison: "terminate", ackWithinMs: 2000 }],
    });
    expect(read.settings.shadow).toMatchObject([
      { method: "POST", url: "https://legacy.example/api/order", body: "json", minMatch: 0.99 },
    ]);
    expect(read.settings.knownFailing).toMatchObject([{ law: "R4", until: "2027-01-31" }]);
  });

  it.each([
    ["", 1, 1, "it must be a map, and is null"],
    ["contract: v2", 1, 1, 'contract: it must be v1, and is "v2"'],
    ["subjects: {}", 1, 1, "contract is missing"],
    [
      "contract: v1\nsubject: {}",
      2,
      1,
      "subject: there is no such key here; there are contract, subjects, shadow, known_failing. Did you mean subjects?",
    ],
    [
      "contract: v1\nsubjects:\n  a.b:\n    latency: {p96: 5ms, p95: 1ms, min_samples: 5}",
      4,
      15,
      "subjects: a.b: latency: p96: there is no such key here; there are p50, p95, p99, min_samples. Did you mean p95?",
    ],
    [
      "contract: v1\nsubjects:\n  a.b:\n    latency: {p95: 5, min_samples: 5}",
      4,
      15,
      "p95: it must be string, and is 5",
    ],
    [
      "contract: v1\nsubjects:\n  a.b:\n    latency: {p95: 5 ms, min_samples: 5}",
      4,
      15,
      'p95: it must be as described: A time such as `800ms` or `2s`, and is "5 ms"',
    ],
    [
      "contract: v1\nsubjects:\n  a.b:\n    latency: {min_samples: 5}",
      4,
      5,
      "it must have at least one of p50, p95, p99",
    ],
    [
      "contract: v1\nsubjects:\n  a.b:\n    examples:\n      - {name: x, expect: {cel: 'true'}}",
      5,
      9,
      "it must have one of request and request_base64, not none",
    ],
    [
      "contract: v1\nsubjects:\n  a.b:\n    examples:\n      - {name: x, request: {}, expect: {cel: 'true', errors: [unknown]}}",
      5,
      32,
      "it must have one of cel and errors, not both",
    ],
    [
      "contract: v1\nsubjects:\n  a.b:\n    examples:\n      - {name: x, request: {}, expect: {errors: [notfound]}}",
      5,
      50,
      "Did you mean not_found?",
    ],
    [
      "contract: v1\nsubjects:\n  a.b:\n    examples:\n      - name: x\n        request: {}\n        expect:\n          cel: reply.a ==",
      8,
      11,
      "it is no CEL: at 1:",
    ],
    [
      "contract: v1\nsubjects:\n  a.b:\n    examples:\n      - {name: x, request: {}, expect: {cel: 'true'}}\n      - {name: x, request: {}, expect: {cel: 'true'}}",
      6,
      10,
      "another example of the subject has this name",
    ],
    [
      "contract: v1\nknown_failing:\n  - {law: R4, subject: a.b, issue: GH-1, until: 2027-02-30}",
      3,
      42,
      "there is no day 2027-02-30",
    ],
    [
      "contract: v1\nknown_failing:\n  - {law: R4, subject: a.b, issue: GH-1, until: soon}",
      3,
      42,
      "it must be a day such as 2027-01-31",
    ],
    [
      "contract: v1\nshadow:\n  - {http: 'GET file:///etc', subject: a.b}",
      3,
      6,
      "The method and the address",
    ],
    [
      "contract: v1\nshadow:\n  - {http: 'POST http://a', subject: a.b, min_match: 1}",
      3,
      43,
      "it must be < 1, and is 1",
    ],
    ["contract: v1\nsubjects: {a: {examples: [", 1, 1, "it is no valid YAML"],
    [`contract: ${"x".repeat(limits.fileLength)}`, 1, 1, "split it"],
  ])("refuses what is wrong, case %#", (text, line, column, message) => {
    const problems = problemsOf(text);
    expect(problems[0]).toMatchObject({ file, message: expect.stringContaining(message) });
    if (!message.includes("YAML")) expect(problems).toMatchObject([{ line, column }]);
  });

  it("shows on its page what it says", () => {
    const text =
      "contract: v1\nsubjects:\n  shop.watch.v1:\n    latency: {p95: 1ms, min_samples: 1,\n      p96: 2ms}";
    const [problem] = problemsOf(text);
    expect(page).toContain(problem?.message);
  });

  it("never throws, whatever the text is", () => {
    const values = fc.oneof(
      fc.string({ unit: "grapheme" }),
      fc.jsonValue().map((json) => stringify(json)),
      fc
        .record(
          {
            contract: fc.constant("v1"),
            subjects: fc.oneof(fc.jsonValue(), fc.dictionary(fc.string(), mutated())),
            shadow: fc.jsonValue(),
            known_failing: fc.jsonValue(),
          },
          { requiredKeys: ["contract"] },
        )
        .map((json) => stringify(json)),
      fc.nat({ max: documented.length }).map((cut) => documented.slice(0, cut)),
    );
    fc.assert(
      fc.property(values, (text) => {
        for (const problem of problemsOf(text)) {
          expect(problem.line).toBeGreaterThan(0);
          expect(problem.message).not.toBe("");
        }
      }),
      { numRuns: 300 },
    );
  });
});

/** Maps with the keys that are known, and anything beneath them. */
function mutated() {
  const keys = Object.keys(schema.definitions.Subject.properties);
  return fc.dictionary(fc.constantFrom(...keys, "__proto__"), fc.jsonValue(), { maxKeys: 3 });
}

describe("contract.schema.json", () => {
  interface Node {
    readonly description?: string;
    readonly $ref?: string;
    readonly properties?: Readonly<Record<string, Node>>;
    readonly items?: Node;
  }
  const definitions: Readonly<Record<string, Node>> = schema.definitions;

  it("describes every property, for editors", () => {
    const inside = (node: Node): [string, Node][] =>
      Object.entries(node.properties ?? {}).flatMap(([name, each]) => [
        [name, each],
        ...inside(each),
      ]);
    const all = [schema as Node, ...Object.values(definitions)].flatMap(inside);
    const bare = all.filter(([, { description, $ref }]) => {
      const target = definitions[$ref?.replace("#/definitions/", "") ?? ""];
      return description === undefined && target?.description === undefined;
    });
    expect(all.length).toBeGreaterThan(40);
    expect(bare).toEqual([]);
  });
});
