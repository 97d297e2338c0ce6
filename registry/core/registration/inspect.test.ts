import { describe, expect, it } from "vitest";
import { defaultPolicy } from "../policy/policy.ts";
import { typeGraph } from "../revision/closure.ts";
import { compileProto, onlyFile, type Protos } from "../testing/compile-proto.ts";
import { inspectModule } from "./inspect.ts";

async function inspect(protos: Protos) {
  const { registry, paths } = await compileProto(protos);
  return inspectModule("acme/shop", paths, registry, typeGraph(registry), defaultPolicy.subjects);
}

const messages = "message Order { string id = 1; }\nmessage Receipt {}\n";
const shop = (subject: string, more = "", reply = "Receipt") =>
  `${messages}service Shop { option (charter.nats.v1.service) = {queue_group: "q.shop"};
rpc Buy(Order) returns (${reply}) { option (charter.nats.v1.request) = {subject: "${subject}" ${more}}; } }`;
const place = { module: "acme/shop", file: onlyFile, line: 5 };

describe.concurrent("inspectModule", () => {
  it("gives the bindings, every subject that they claim, and the packages", async () => {
    const found = await inspect(
      shop("acme.shop.buy.v1.{id}", 'reply_subject: "acme.shop.bought.v1"'),
    );
    expect(found).toMatchObject({
      bindings: [{ rpc: "acme.shop.v1.Shop.Buy" }],
      packages: ["acme.shop.v1"],
      unstable: false,
      problems: [],
      meaning: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    });
    expect(found.subjects.map(({ module, pattern }) => `${module} ${pattern.text}`)).toEqual([
      "acme/shop acme.shop.buy.v1.{id}",
      "acme/shop acme.shop.bought.v1",
    ]);
  });

  it.each([
    ["a subject", shop("acme.shop.buy.v2"), "acme.shop.buy.v2"],
    [
      "a reply subject",
      shop("acme.shop.buy.v1", 'reply_subject: "ai.shop.bought.v1"'),
      "ai.shop.bought.v1",
    ],
    [
      "a frames subject",
      shop("acme.shop.buy.v1", 'frames: {subject: "acme.frames"}', "stream Receipt"),
      "acme.frames",
    ],
  ])("refuses %s outside of the grammar, and claims the other", async (_what, text, subject) => {
    const { problems, subjects } = await inspect(text);
    expect(problems).toEqual([
      {
        ...place,
        message: expect.stringContaining(`the subject "${subject}" is outside of the grammar: `),
      },
    ]);
    expect(subjects.map((each) => each.pattern.text)).not.toContain(subject);
  });

  it("hands on what is wrong with a binding, with the module", async () => {
    const { problems, bindings } = await inspect(shop("acme.shop.buy.v1.{nope}"));
    expect(bindings).toEqual([]);
    expect(problems).toEqual([{ ...place, message: expect.stringContaining("is no field of") }]);
  });

  it("refuses a file without a package", async () => {
    const { problems } = await inspect({ "a.proto": 'syntax = "proto3"; message A {}' });
    expect(problems).toEqual([
      {
        module: "acme/shop",
        file: "a.proto",
        line: 1,
        message: expect.stringContaining("needs a package"),
      },
    ]);
  });

  it.each([
    [["a.v1beta1"], true],
    [["a.v1beta1", "b.v2alpha"], true],
    [["a.v1beta1", "b.v1"], false],
    [["a.v1"], false],
  ])("of the packages %j says unstable: %j", async (packages, unstable) => {
    const files = packages.map((name) => [`${name}.proto`, `syntax = "proto3"; package ${name};`]);
    const found = await inspect(Object.fromEntries(files));
    expect(found).toMatchObject({ unstable, packages });
  });
});
