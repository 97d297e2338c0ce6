import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type RunningNatsServer, startNatsServer } from "../../ci/testing/nats-server.ts";
import { errorReply } from "../../contract-tests/faults/by-hand.ts";
import { type Fault, startShop } from "../../contract-tests/faults/shop.ts";
import { loadContract } from "../../contract-tests/load-contracts.ts";
import { startMock } from "../../contract-tests/mock/mock.ts";
import type { ContractUnderTest } from "../../contract-tests/runner/contract.ts";
import { createRegistryClient } from "../api/client.ts";
import { defaultPolicy } from "../core/policy/policy.ts";
import { type Folder, temporaryFolder } from "./testing/charter.ts";
import { charterInProcess } from "./testing/in-process.ts";
import { type RunningRegistry, startRegistry } from "./testing/running-registry.ts";

let nats: RunningNatsServer;
let nc: NatsConnection;
let registry: RunningRegistry;
let workspace: Folder;
let contract: ContractUnderTest;

const proto = `syntax = "proto3";
package shop.v1;

import "buf/validate/validate.proto";
import "charter/nats/v1/binding.proto";

service ShopService {
  option (charter.nats.v1.service) = {queue_group: "q.shop" owner: "shop-team"};
  rpc Order(OrderRequest) returns (OrderResponse) {
    option (charter.nats.v1.request) = {subject: "shop.order.v1.{region}.{item_id}" deadline_ms: 200};
  }
}
message OrderRequest {
  string item_id = 1 [(buf.validate.field).string.pattern = "^[a-z0-9-]{1,32}$"];
  string region = 2 [(buf.validate.field).string.pattern = "^[a-z]{1,8}$"];
}
message OrderResponse {
  string order_id = 1 [(buf.validate.field).string.min_len = 1];
  uint64 total = 2 [(buf.validate.field).uint64.gte = 1];
}
`;

/** Its changes are let through, so that there is something to miss. */
const policy = {
  ...defaultPolicy,
  rules: [{ modules: "*", block: [] }],
  subjects: { shop: { grammars: ["<root>.<operation…>.v<major>[.{id}…]"] } },
};

beforeAll(async () => {
  nats = await startNatsServer();
  nc = await connect({ servers: nats.url });
  registry = await startRegistry({ CHARTER_TOKEN: token }, policy);
  workspace = await temporaryFolder({
    "buf.yaml": "version: v2\nmodules:\n  - path: proto\n    name: charter.localhost/shop/shop\n",
    "proto/shop/v1/shop.proto": proto,
  });
});
afterAll(async () => {
  await registry.stop();
  await nc.close();
  await nats.stop();
  await workspace.remove();
});

const token = "a-write-token-of-this-test";
const run = (...args: string[]) =>
  charterInProcess(args, {
    cwd: workspace.path,
    env: { CHARTER_URL: registry.url, CHARTER_TOKEN: token, NATS_URL: nats.url },
  });

/** Ends with what code, and says what; columns are one space apart, days are DAY. */
async function told(line: string): Promise<readonly [exit: number | null, ...lines: string[]]> {
  const { exitCode, stdout, stderr } = await run(...line.replace(/^charter /, "").split(" "));
  const text = `${stdout}${stderr}`.trimEnd().replace(/\d{4}-\d\d-\d\d/g, "DAY");
  return [exitCode, ...text.split("\n").map((each) => each.replace(/(?<=\S) {2,}/g, " "))];
}

/** The last lines of what a command says. */
const lastOf = async (line: string, count: number) => (await told(line)).slice(-count);

async function whileServing<T>(fault: Fault, work: () => Promise<T>): Promise<T> {
  const shop = await startShop(nc, contract, fault);
  try {
    return await work();
  } finally {
    await shop.stop();
  }
}

const heading = "SUBJECT RELEASE VERDICT EVIDENCE TESTED ANSWER";
const partnerHeading = "PARTICIPANT BUILD ROLE RELEASE USES ANSWER";
const order = "shop.order.v1.{region}.{item_id} shop/shop@1.0.0";
const publish = (build: string, participant = "shop") =>
  `charter contract test shop/shop@1.0.0 --publish --participant ${participant} --build ${build} --environment staging`;

test("on an empty registry it is not known", async () => {
  expect(await told("deploy check shop@good --to prod")).toEqual([
    3,
    "Not known: whether shop@good may go to prod.",
    "",
    "What is not known",
    "  Nothing is known of shop@good: no test of it is published, and it is neither seen nor recorded anywhere. What only calls others is judged by its published use, or with --uses.",
    "    $ charter contract test --publish --participant shop --build good --environment ci",
  ]);
  expect(await told("deploy matrix")).toEqual([
    0,
    "Nothing is known: no build is seen or recorded, and no test is published. `charter contract test --publish` publishes one.",
  ]);
});

test("on missing evidence it is not known, and the command that it names makes it a yes", async () => {
  expect((await run("module", "push", "--no-wait")).exitCode).toBe(0);
  contract = await loadContract(createRegistryClient({ url: registry.url }), "shop/shop", "latest");
  await run(
    ..."deploy record shop@good --to staging --uses shop/shop@1.0.0 --role serves".split(" "),
  );
  await run(..."deploy record web@1 --to prod --uses shop/shop@1.0.0".split(" "));
  const before = await told("deploy check shop@good --to prod");
  expect(before).toEqual([
    3,
    "Not known: whether shop@good may go to prod.",
    "",
    heading,
    `${order} - none - not known`,
    "",
    "In prod",
    partnerHeading,
    "web 1 calls shop/shop@1.0.0 - yes",
    "",
    "What is not known",
    "  shop.order.v1.{region}.{item_id}: Build good was never tested on it.",
    `    $ ${publish("good")}`,
  ]);
  const command = `${before.at(-1)}`.trim().slice(2);
  await whileServing({}, async () => {
    expect(await lastOf(command, 1)).toEqual(["Published: 1 subject of shop@good."]);
  });
  expect(await told("deploy check shop@good --to prod")).toEqual([
    0,
    "Yes: shop@good may go to prod.",
    "",
    heading,
    `${order} pass real staging DAY yes`,
    "",
    "In prod",
    partnerHeading,
    "web 1 calls shop/shop@1.0.0 - yes",
  ]);
});

test("on a failing row it is a no, with the row and the command that shows it again", async () => {
  const fault: Fault = {
    answer: (request, correct) =>
      request.kind === "valid" ? [errorReply(500, "broken")] : correct,
  };
  await whileServing(fault, async () => {
    const [exitCode, ...lines] = await told(`${publish("bad")} --seed 7`);
    expect(exitCode).toBe(100);
    expect(lines.at(-1)).toBe("Published: 1 subject of shop@bad.");
  });
  const lines = await told("deploy check shop@bad --to prod");
  expect(lines.slice(0, 5)).toEqual([
    100,
    "No: shop@bad must not go to prod.",
    "",
    heading,
    `${order} fail real staging DAY no`,
  ]);
  expect(lines.slice(-3)).toEqual([
    "What forbids it",
    expect.stringMatching(
      /^ {2}shop\.order\.v1\.\{region\}\.\{item_id\}: It breaks (R\d+ \(fail\)(, )?)+ in staging\.$/,
    ),
    "    $ charter contract test shop/shop@1.0.0 --seed 7 --publish --participant shop --build bad --environment staging",
  ]);
});

test("on a mock's evidence it is not known", async () => {
  const mock = await startMock(nc, [contract], { evidence: "mock" });
  try {
    expect((await told(publish("mocked"))).slice(-1)).toEqual([
      "Published: 1 subject of shop@mocked.",
    ]);
  } finally {
    await mock.stop();
  }
  const lines = await told("deploy check shop@mocked --to prod");
  expect(lines[0]).toBe(3);
  expect(lines).toContain(`${order} pass mock staging DAY not known`);
  expect(lines.slice(-2)).toEqual([
    "  shop.order.v1.{region}.{item_id}: A mock answered in staging, which says nothing of the build.",
    `    $ ${publish("mocked")}`,
  ]);
});

test("what answered is published for itself, and nobody else's name stands for it", async () => {
  await whileServing({}, async () => {
    const all = "contract test shop/shop --publish --environment staging";
    const [exitCode, ...lines] = await told(`${all} --build 1.1.0`);
    expect(exitCode).toBe(2);
    expect(lines.at(-1)).toBe(
      "Not published: The build is said to be 1.1.0, and 1.0.0 answered. Test when 1.1.0 is rolled out, or leave --build away to publish for what answered.",
    );
    const json = await run(...`${all} --format json`.split(" "));
    expect(JSON.parse(json.stdout)).toMatchObject({
      published: { builds: { "shop@1.0.0": 1 }, leftOut: [] },
    });
  });
});

test("what only calls others is judged by who serves it there", async () => {
  const check = "deploy check gateway@1 --to prod --uses shop/shop@1.0.0";
  expect(await told(check)).toEqual([
    3,
    "Not known: whether gateway@1 may go to prod.",
    "",
    "In prod",
    partnerHeading,
    "nobody - serves shop/shop@? - not known",
    "",
    "What is not known",
    "  The build calls shop/shop@1.0.0, and nobody is known to serve it in prod, which the registry does not see.",
    "    $ charter deploy record <participant>@<build> --to prod --uses shop/shop@1.0.0 --role serves",
  ]);
  await run(..."deploy record shop@good --to prod --uses shop/shop@1.0.0 --role serves".split(" "));
  expect((await told(check)).slice(0, 2)).toEqual([0, "Yes: gateway@1 may go to prod."]);
  const gone = await told("deploy check gateway@1 --to prod --uses shop/shop@9.0.0");
  expect(gone[0]).toBe(100);
  expect(gone[1]).toContain("shop/shop@9.0.0 is not");
  await run("deploy", "end", "shop", "--in", "prod");
});

test("the matrix has every build with its evidence", async () => {
  expect(await told("deploy matrix --module shop/shop")).toEqual([
    0,
    "PARTICIPANT BUILD RUNS IN SUBJECT RELEASE VERDICT EVIDENCE TESTED",
    `shop 1.0.0 - ${order} pass real staging DAY`,
    `shop bad - ${order} fail real staging DAY`,
    `shop good staging ${order} pass real staging DAY`,
    `shop mocked - ${order} pass mock staging DAY`,
  ]);
  expect(await lastOf("deploy matrix --environment staging", 1)).toEqual([
    `shop good staging ${order} pass real staging DAY`,
  ]);
});

/** Publishes which fields of the reply a build reads, by their numbers. */
async function publishUse(whose: string, semver: string, reads: Readonly<Record<string, number>>) {
  const [participant, build] = whose.split("@");
  const fields = Object.entries(reads).map(([path, number]) => {
    return { path, numbers: [number], type: path === "total" ? "uint64" : "string" };
  });
  const use = {
    module: "shop/shop",
    semver,
    subject: "shop.order.v1.{region}.{item_id}",
    kind: "request",
    reads: { message: "shop.v1.OrderResponse", fields },
    sends: { message: "shop.v1.OrderRequest", fields: [] },
  };
  const file = JSON.stringify({ formatVersion: 1, participant, uses: [use] });
  await writeFile(join(workspace.path, "a.usage.json"), file);
  const command = `contract usage a.usage.json --publish --build ${build}`;
  expect((await run(...command.split(" "))).exitCode).toBe(0);
}

test("who reads what a release does not have any more forbids it, by name", async () => {
  const total = /uint64 total = 2.*;/;
  const without = proto.replace(total, 'reserved 2;\n  reserved "total";\n  string note = 3;');
  await writeFile(join(workspace.path, "proto/shop/v1/shop.proto"), without);
  expect((await run("module", "push", "--no-wait")).exitCode).toBe(0);
  const record = "deploy record shop@next --to staging --uses shop/shop@2.0.0 --role serves";
  expect((await run(...record.split(" "))).exitCode).toBe(0);
  const check = "deploy check shop@next --to prod";
  const notTested = [
    "",
    "What is not known",
    "  shop.order.v1.{region}.{item_id}: Build next was never tested on it.",
    `    $ ${publish("next").replace("1.0.0", "2.0.0")}`,
  ];
  expect((await told(check)).slice(8, 13)).toEqual([
    "web 1 calls shop/shop@1.0.0 - no",
    "",
    "What forbids it",
    "  web@1: It uses 1.0.0, and the build serves 2.0.0, another major. Move web to 2.0.0 first, or publish what web uses, if 2.0.0 has all of it.",
    "    $ charter contract usage usage/*.usage.json --publish --build 1",
  ]);
  await publishUse("web@1", "1.0.0", { order_id: 1, total: 2 });
  expect(await told(check)).toEqual([
    100,
    "No: shop@next must not go to prod.",
    "",
    heading,
    "shop.order.v1.{region}.{item_id} shop/shop@2.0.0 - none - not known",
    "",
    "In prod",
    partnerHeading,
    "web 1 calls shop/shop@1.0.0 2 fields no",
    "",
    "What forbids it",
    "  web@1: It reads total of shop.v1.OrderResponse, which 2.0.0 does not have. Move web to 2.0.0 first.",
    "    $ npm install @shop/shop@^2.0.0",
    ...notTested,
  ]);
  await publishUse("web@1", "1.0.0", { order_id: 1 });
  expect((await told(check)).slice(8)).toEqual([
    "web 1 calls shop/shop@1.0.0 1 field yes",
    ...notTested,
  ]);
});

test("a build may go to an older provider that has what it uses, and need not tell it", async () => {
  await run(..."deploy record shop@good --to prod --uses shop/shop@1.0.0 --role serves".split(" "));
  await publishUse("gateway@2", "2.0.0", { order_id: 1 });
  expect(await told("deploy check gateway@2 --to prod")).toEqual([
    0,
    "Yes: gateway@2 may go to prod.",
    "",
    "In prod",
    partnerHeading,
    "shop good serves shop/shop@1.0.0 1 field yes",
  ]);
  await publishUse("gateway@2", "2.0.0", { order_id: 1, note: 3 });
  const { stdout } = await run(..."deploy check gateway@2 --to prod --format json".split(" "));
  const { answer, partners } = JSON.parse(stdout);
  expect([answer, ...partners]).toMatchObject([
    "no",
    {
      reason:
        "The build reads note of shop.v1.OrderResponse, which 1.0.0 does not have. A build that serves 2.0.0 goes first.",
      command: "charter deploy matrix --module shop/shop",
      theirs: "1.0.0",
      ours: "2.0.0",
      use: { subjects: 1, fields: 2, lacking: 1, lacks: [{ numbers: [3], does: "reads" }] },
    },
  ]);
});

test("a token that is wrong ends --publish before anything is tested", async () => {
  const { exitCode, stdout, stderr } = await charterInProcess(publish("good").split(" ").slice(1), {
    cwd: workspace.path,
    // Nothing is there, and nobody gets so far as to see it.
    env: { CHARTER_URL: registry.url, CHARTER_TOKEN: "wrong", NATS_URL: "nats://127.0.0.1:9" },
  });
  expect([exitCode, stdout]).toEqual([4, ""]);
  expect(stderr).toContain("asks for its token");
});

test.each([
  ["contract test --publish", "--publish needs --environment"],
  ["contract test --environment staging", "add --publish"],
  ["contract test --publish --environment staging --law R1", "--law tries some"],
  ["contract test --publish --environment Staging", '"Staging" must name an environment'],
  ["contract test --publish --environment staging --build a/b", '--build is "a/b"'],
  ["deploy check shop --to prod", "names no build"],
  ["deploy check shop@1", "--to"],
  ["deploy check shop@1 --to prod --uses shop/shop", "must name a release"],
  ["deploy check shop@1 --to prod --max-age 0", "a number of days"],
  ["deploy matrix --module shop", "must name a module"],
])("%s is wrong usage, and says why", async (line, text) => {
  const { exitCode, stdout, stderr } = await run(...line.split(" "));
  expect([exitCode, stdout]).toEqual([2, ""]);
  expect(stderr).toContain(text);
});
