import { describe, expect, it } from "vitest";
import { readBindings } from "../binding/read-bindings.ts";
import type { LinkedRevision } from "../gate/compare-revisions.ts";
import { compileProto, onlyFile } from "../testing/compile-proto.ts";
import { compareBehaviour } from "./compare-behaviour.ts";

/** A request, its reply, an event, and one that a stream keeps. `what` stands in all of them. */
const shop = (declarations: string, fields: string, options = "") => `${declarations}
service Shop {
  option (charter.nats.v1.service) = {queue_group: "q.shop"};
  rpc Buy(Order) returns (Receipt) {
    option (charter.nats.v1.request) = {subject: "acme.shop.buy.v1"};
  }
}
message Order { ${options} ${fields} }
message Receipt { ${options} ${fields} }
message Sold {
  option (charter.nats.v1.event) = {subject: "acme.shop.sold.v1"};
  ${options} ${fields}
}
message Kept {
  option (charter.nats.v1.event) = {subject: "acme.shop.kept.v1" stream: {name: "SHOP"}};
  ${options} ${fields}
}`;

async function revisionOf(text: string): Promise<LinkedRevision> {
  const { files, registry, paths } = await compileProto(text);
  const { bindings, problems } = readBindings(registry, paths);
  expect(problems).toEqual([]);
  return { files, registry, bindings };
}

async function compared(before: string, after: string) {
  const [old, now] = await Promise.all([revisionOf(before), revisionOf(after)]);
  return compareBehaviour(old, now, { carriers: () => [], nowMs: Date.now() });
}

describe("temp", () => {
  it.each([
    [
      "max_len",
      "string text = 1 [(buf.validate.field).string.max_len = 4000];",
      "string text = 1 [(buf.validate.field).string.max_len = 100];",
    ],
    [
      "lte",
      "uint32 n = 1 [(buf.validate.field).uint32.lte = 8192];",
      "uint32 n = 1 [(buf.validate.field).uint32.lte = 4096];",
    ],
  ])("%s", async (_w, a, b) => {
    const t = performance.now();
    const c = await compared(shop("", a), shop("", b));
    console.log(performance.now() - t, JSON.stringify(c, null, 1));
    const d = await compared(shop("", b), shop("", a));
    console.log(
      d.map((e) => `${e.rule} ${e.element} ${e.counterExample?.json} ${e.counterExample?.refusal}`),
    );
  });
  it("enum", async () => {
    const e = (x: string) =>
      shop(
        `enum Kind { KIND_UNSPECIFIED = 0; KIND_A = 1; ${x} }`,
        "Kind kind = 1 [(buf.validate.field).enum.defined_only = true];",
      );
    console.log(JSON.stringify(await compared(e(""), e("KIND_B = 2;")), null, 1));
    console.log(JSON.stringify(await compared(e("KIND_B = 2;"), e("")), null, 1));
    void onlyFile;
  });
});
