import { describe, expect, test } from "vitest";
import type { EventBinding } from "./binding.ts";
import { streamDisagreements } from "./stream-agreement.ts";

function event(messageType: string, stream: EventBinding["stream"]) {
  const binding: EventBinding = {
    kind: "event",
    pattern: "shop.orders.placed.v1",
    parameters: [],
    messageType,
    owner: null,
    place: { file: `${messageType}.proto`, line: 7 },
    stream,
    deadLetterSubject: null,
    compression: null,
    encryption: null,
  };
  return { module: "shop/orders", binding };
}

const kept = { name: "ORDERS", maxAgeS: 300, maxBytes: "0" };

describe("streamDisagreements", () => {
  test.each([
    ["the same policy", kept, []],
    ["another stream", { ...kept, name: "OTHERS", maxAgeS: 1 }, []],
    ["no stream", null, []],
    ["another age", { ...kept, maxAgeS: 60 }, ["B.proto"]],
    ["another size", { ...kept, maxBytes: "1024" }, ["B.proto"]],
  ])("%s beside a registered binding", (_name, stream, files) => {
    const found = streamDisagreements([event("B", stream)], [event("A", kept)]);
    expect(found.map((each) => each.file)).toEqual(files);
  });

  test("two bindings of one proposal disagree at the second, which names the first", () => {
    const [found] = streamDisagreements(
      [event("A", kept), event("B", { ...kept, maxAgeS: 9 })],
      [],
    );
    expect(found).toMatchObject({ file: "B.proto", line: 7 });
    expect(found?.message).toContain("A.proto:7");
  });

  test("what is registered already is nobody's new fault", () => {
    const existing = [event("A", kept), event("B", { ...kept, maxAgeS: 9 })];
    expect(streamDisagreements([], existing)).toEqual([]);
  });
});
