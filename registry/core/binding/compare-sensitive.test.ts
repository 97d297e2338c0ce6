import { describe, expect, it } from "vitest";
import { compileProto, onlyFile } from "../testing/compile-proto.ts";
import { compareSensitive } from "./compare-sensitive.ts";

const before = `message Payer {
  string card = 1 [(charter.nats.v1.sensitive) = true];
  message Address { string street = 1 [(charter.nats.v1.sensitive) = true]; }
  string note = 2;
}`;

async function changes(after: string) {
  const [a, b] = await Promise.all([compileProto(before), compileProto(after)]);
  return compareSensitive(a.registry, b.registry, a.paths);
}

describe.concurrent("compareSensitive", () => {
  it("finds a field that is not marked any more, by its number, with its place", async () => {
    const now = before.replace(
      "string card = 1 [(charter.nats.v1.sensitive) = true]",
      "string pan = 1",
    );
    expect(await changes(`\n${now}`)).toEqual([
      {
        rule: "SENSITIVE_NO_REMOVE",
        message: "acme.shop.v1.Payer.pan is not marked sensitive any more.",
        element: "acme.shop.v1.Payer.pan",
        place: { side: "proposal", file: onlyFile, line: 4, column: 1 },
        before: "sensitive",
        after: null,
      },
    ]);
  });

  it.each([
    [
      "a field of a nested message",
      before.replace("street = 1 [(charter.nats.v1.sensitive) = true]", "street = 1"),
      ["acme.shop.v1.Payer.Address.street"],
    ],
    [
      "a mark that says false",
      before.replace(
        "card = 1 [(charter.nats.v1.sensitive) = true]",
        "card = 1 [(charter.nats.v1.sensitive) = false]",
      ),
      ["acme.shop.v1.Payer.card"],
    ],
    ["nothing in the same", before, []],
    [
      "nothing in a field that is marked now",
      before.replace("note = 2", "note = 2 [(charter.nats.v1.sensitive) = true]"),
      [],
    ],
    ["nothing in a field that is gone", before.replace(/ {2}string card.*\n/, ""), []],
    ["nothing in a message that is gone", "message Other {}", []],
  ])("finds %s", async (_what, after, elements) => {
    expect((await changes(after)).map((change) => change.element)).toEqual(elements);
  });
});
