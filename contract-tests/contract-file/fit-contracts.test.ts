import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ContractUnderTest } from "../runner/contract.ts";
import { compileTestdata } from "../testing/compile.ts";
import { contractOf } from "../testing/contracts.ts";
import { ContractFileError } from "./contract-file-error.ts";
import { fitContracts } from "./fit-contracts.ts";
import { parseContractFile } from "./parse-contract-file.ts";
import { readContractFiles } from "./read-contract-files.ts";

let shop: ContractUnderTest;
let folder: string;

beforeAll(async () => {
  const descriptors = await compileTestdata("shop");
  shop = contractOf("example/shop", descriptors, (file) => file.startsWith("shop/"));
  folder = await mkdtemp(join(tmpdir(), "charter-contract-file-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const order = "shop.order.v1.{customer.region}.{item_id}";
const request = "{itemId: lamp, count: 1, customer: {name: Ada, region: REGION_NORTH}}";

/** What does not fit, as `line: message`. */
function misfits(body: string): readonly string[] {
  const read = parseContractFile("shop.contract.yaml", `contract: v1\n${body}`);
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  try {
    fitContracts(read.settings, [shop]);
    return [];
  } catch (error) {
    if (!(error instanceof ContractFileError)) throw error;
    return error.problems.map(({ line, message }) => `${line}: ${message}`);
  }
}

const subject = (pattern: string, body: string) => `subjects:\n  ${pattern}:\n    ${body}\n`;
const example = (body: string) => subject(order, `examples:\n      - {name: it, ${body}}`);

describe("fitContracts", () => {
  it("takes the example of its page, whose state the shop of the tests lacks", () => {
    const page = readFileSync(join(import.meta.dirname, "../docs/contract-file.md"), "utf8");
    const example = /```yaml\n[\s\S]*?contract: v1\n([\s\S]*?)```/.exec(page)?.[1] ?? "";
    expect(misfits(example)).toEqual([
      expect.stringMatching(/given: shop.test.stock.v1 is no request of example\/shop/),
    ]);
  });

  it.each([
    subject(order, "correlate: {request: item_id, reply: order_id}"),
    subject(
      order,
      "flows: [{event: shop.order.placed.v1, within: 2s, key: {request: item_id, event: order_id}}]",
    ),
    subject(order, `given:\n      - {call: "${order}", message: ${request}}`),
    example(
      `request: ${request}, expect: {cel: "reply.total == 1u && request.customer.name == 'Ada'"}`,
    ),
    example(
      `request: ${request}, expect: {cel: "request.notes.all(note, note.size() > 0) && has(request.customer)"}`,
    ),
    example(
      `request: ${request}, expect: {cel: "request.customer.region == shop.v1.Region.REGION_NORTH"}`,
    ),
    subject(order, "repeat: {ignore: [total, order_id]}"),
    example("request: {}, expect: {errors: [invalid_argument]}"),
    subject("shop.watch.v1", "streaming: {first_frame: 2s}"),
    subject("shop.order.placed.v1", "event: {last: 5, ordered_by: order_id}"),
    `shadow: [{http: "POST http://localhost", subject: "${order}", ignore: [order_id], tolerance: {total: 1}}]`,
    "known_failing: [{law: R4, subject: '*', issue: GH-1, until: 2027-01-31}]",
    "known_failing: [{law: D1, subject: '*', issue: GH-1, until: 2027-01-31}]",
  ])("takes what fits: %s", (body) => {
    expect(misfits(body)).toEqual([]);
  });

  it.each([
    [
      subject("shop.oder.v1", "latency: {p95: 1s, min_samples: 1}"),
      "3: no contract of this run declares the subject shop.oder.v1; the nearest: shop.watch.v1, shop.order.placed.v1",
    ],
    [
      "known_failing:\n  - {law: R44, subject: '*', issue: GH-1, until: 2027-01-31}",
      "3: there is no law R44; there are R1, R2",
    ],
    [
      "known_failing:\n  - {law: D2, subject: shop.watch.v1, issue: GH-1, until: 2027-01-31}",
      '3: D2 is a law of the whole account, so its subject is "*"',
    ],
    [
      "known_failing:\n  - {law: R4, subject: shop.watch.v2, issue: GH-1, until: 2027-01-31}",
      "3: no contract of this run declares the subject shop.watch.v2; the nearest: shop.watch.v1",
    ],
    [
      subject(order, "correlate: {request: item, reply: order_id}"),
      "3: correlate: request: shop.v1.OrderRequest has no field item; the nearest: item_id, notes",
    ],
    [
      subject(order, "correlate: {request: notes, reply: order_id}"),
      "3: correlate: request: notes of shop.v1.OrderRequest has many values, and a path leads to one",
    ],
    [
      subject(order, "correlate: {request: item_id.a, reply: order_id}"),
      "3: correlate: request: item_id has no fields, so there is no item_id.a",
    ],
    [
      subject(order, "repeat: {ignore: [totl]}"),
      "3: repeat: ignore: shop.v1.OrderResponse has no field totl; the nearest: total",
    ],
    [
      subject("shop.watch.v1", "repeat: {ignore: [total]}"),
      "3: repeat is for request bindings, and this is a streaming binding",
    ],
    [
      subject(order, "event: {last: 5}"),
      "3: event is for event bindings, and this is a request binding",
    ],
    [
      subject(
        "shop.watch.v1",
        "flows: [{event: shop.watch.v1, within: 2s, key: {request: a, event: b}}]",
      ),
      "flows: event: shop.watch.v1 is no event",
    ],
    [
      subject(order, "given: [{call: shop.stock.v1, message: {}}]"),
      "4: given: shop.stock.v1 is no request of example/shop; the nearest: shop.order.v1",
    ],
    [
      subject(order, `given: [{call: "${order}", message: {}}]`),
      "4: given: shop.order.v1.{customer.region}.{item_id}: its message breaks the rules",
    ],
    [
      example("request: {itemd: lamp}, expect: {cel: 'true'}"),
      '5: the example "it": its request is no shop.v1.OrderRequest: cannot decode message shop.v1.OrderRequest from JSON: key "itemd" is unknown',
    ],
    [example("request: {}, expect: {cel: 'true'}"), "expect errors: [invalid_argument]"],
    [example("request_base64: /w==, expect: {cel: 'true'}"), "so there is no reply"],
    [
      example(`request: ${request}, expect: {cel: reply.totl == 1u}`),
      "cel: shop.v1.OrderResponse has no field totl; the nearest: total",
    ],
    [
      example(`request: ${request}, expect: {cel: "request.customer.nme == 'a'"}`),
      "cel: shop.v1.Customer has no field nme; the nearest: name",
    ],
    [
      example(`request: ${request}, expect: {cel: response.total == 1u}`),
      "cel: there is no variable response; there are request and reply",
    ],
    [
      `shadow: [{http: "POST http://localhost", subject: "${order}", tolerance: {order_id: 1}}]`,
      "2: tolerance: order_id is no number",
    ],
    [
      `shadow: [{http: "POST http://localhost", subject: "${order}", ignore: [totl]}]`,
      "2: ignore: shop.v1.OrderResponse has no field totl",
    ],
    [
      'shadow: [{http: "POST http://localhost", subject: shop.watch.v1}]',
      "shadow is for request bindings, and this is streaming",
    ],
  ])("says what does not fit, case %#", (body, message) => {
    expect(misfits(body).join("\n")).toContain(message);
  });
});

describe("readContractFiles", () => {
  it("puts files together, and says everything that is wrong with them", async () => {
    const write = async (name: string, text: string) => {
      await writeFile(join(folder, name), text);
      return name;
    };
    const watch = "contract: v1\nsubjects:\n  shop.watch.v1: {}\n";
    const first = await write("a.contract.yaml", watch);
    const second = await write("b.contract.yaml", "contract: v1\nsubjects:\n  a.b: {}\n");
    const settings = await readContractFiles([first, second], folder);
    expect([...settings.subjects.keys()]).toEqual(["shop.watch.v1", "a.b"]);
    const again = await write("c.contract.yaml", watch);
    const wrong = await write("d.contract.yaml", "contract: v2\n");
    await expect(readContractFiles([first, again, wrong], folder)).rejects.toThrow(
      `${wrong}:1:1: contract: it must be v1, and is "v2"\n${again}:3:3: shop.watch.v1 is in ${first}:3 already; keep one of the two`,
    );
    await expect(readContractFiles(["gone.yaml"], folder)).rejects.toThrow(
      "gone.yaml:1:1: it cannot be read",
    );
  });
});
