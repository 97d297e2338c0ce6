import { describe, expect, it } from "vitest";
import { compileProto } from "../../testing/compile-proto.ts";
import { freeNumber } from "./free-number.ts";

const types = (text: string) =>
  compileProto(text).then(({ registry }) => [
    ...(registry.getFile("acme/shop/v1/shop.proto")?.messages ?? []),
    ...(registry.getFile("acme/shop/v1/shop.proto")?.enums ?? []),
  ]);

describe("freeNumber", () => {
  it.each([
    ["a message without fields", "message A {}", 1],
    ["fields", "message A { string a = 3; string b = 1; }", 4],
    ["reserved numbers", "message A { string a = 3; reserved 7 to 9; }", 10],
    ["numbers that protobuf keeps", "message A { string a = 18999; }", 20_000],
    ["all numbers", "message A { reserved 5 to max; }", null],
    ["an enum", "enum A { A_NONE = 0; A_ONE = 1; reserved 2 to 4; }", 5],
  ])("comes after %s", async (_what, text, expected) => {
    expect(freeNumber(await types(text))).toBe(expected);
  });

  it("comes after what any of several revisions has, and what is taken otherwise", async () => {
    const revisions = [
      ...(await types("message A { string a = 1; }")),
      ...(await types("message A { string a = 6; }")),
    ];
    expect(freeNumber(revisions)).toBe(7);
    expect(freeNumber(revisions, (number) => number < 10)).toBe(10);
  });
});
