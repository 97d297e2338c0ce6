import { create, type DescMessage, fromBinary, toBinary, toJson } from "@bufbuild/protobuf";
import { beforeAll, describe, expect, it } from "vitest";
import type { StreamingBinding } from "../../../registry/core/binding/binding.ts";
import { classify } from "../../../registry/core/samples/oracle.ts";
import type { Schema } from "../../../registry/core/samples/schema.ts";
import { compileTestdata } from "../../testing/compile.ts";
import { contractOf } from "../../testing/contracts.ts";
import { linkSchema, messageType } from "../contract.ts";
import { withFreshFrames } from "./fresh-frames.ts";

let schema: Schema;
let show: StreamingBinding;
let tell: StreamingBinding;
let desc: DescMessage;

beforeAll(async () => {
  const contract = contractOf("example/feed", await compileTestdata("feed"), (file) =>
    file.startsWith("feed/"),
  );
  schema = linkSchema(contract.descriptors);
  const [first, second] = contract.bindings;
  if (first?.kind !== "streaming" || second?.kind !== "streaming") throw new Error("two streams");
  [tell, show] = [first, second];
  desc = messageType(schema, "feed.v1.ShowRequest");
});

const token = "QDO7GVCAVKWRMZ5VEO8R1H";
const request = (id: string) =>
  toBinary(desc, create(desc, { call: { id }, topic: "news", count: 3 }));
const fresh = (payload: Uint8Array) => withFreshFrames(schema, show, desc, payload, token);

describe("withFreshFrames", () => {
  it("gives a request a frames subject of its own, and leaves the rest of it", () => {
    const { payload, framesSubject } = fresh(request("a"));
    expect(framesSubject).toBe(`feed.shown.v1.${token}`);
    expect(toJson(desc, fromBinary(desc, payload))).toEqual({
      call: { id: token },
      topic: "news",
      count: 3,
    });
    expect(Buffer.from(payload).subarray(0, request("a").length)).toEqual(
      Buffer.from(request("a")),
    );
  });

  it("keeps a broken value broken", () => {
    const { payload, framesSubject } = fresh(request("x".repeat(100)));
    expect(framesSubject).toBe(`feed.shown.v1.${"x".repeat(78)}${token}`);
    expect(classify(schema, desc, payload)).toMatchObject({
      kind: "invalid",
      broken: [{ field: "call.id", ruleId: "string.pattern" }],
    });
  });

  it("keeps a long value as long as it is", () => {
    const long = "x".repeat(60);
    expect(fresh(request(long)).framesSubject).toBe(`feed.shown.v1.${"x".repeat(38)}${token}`);
  });

  it("leaves a value whose rule the new one breaks, bytes that are no request, and frames at the inbox", () => {
    const unfit = withFreshFrames(schema, show, desc, request("a"), "not_by_the_pattern");
    expect(unfit).toEqual({ payload: request("a"), framesSubject: "feed.shown.v1.a" });
    const garbage = new Uint8Array([0xff, 0xff]);
    expect(fresh(garbage)).toEqual({ payload: garbage, framesSubject: null });
    expect(withFreshFrames(schema, tell, desc, request("a"), token)).toEqual({
      payload: request("a"),
      framesSubject: null,
    });
  });
});
