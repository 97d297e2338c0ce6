import { create, equals, toBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ReadRequestSchema } from "../../testing/gen/lab/v1/cached_pb.js";
import { requestKey } from "./request-key.ts";

type Pairs<V> = readonly (readonly [string, V])[];
interface ShelfParts {
  readonly books: Pairs<string>;
  readonly shelves: Pairs<ShelfParts>;
  readonly below: ShelfParts | null;
  readonly width: number;
}

const keyText = fc.string({ maxLength: 3, unit: fc.constantFrom("a", "b", "1", "é", "😀") });
const pairs = <V>(key: fc.Arbitrary<string>, value: fc.Arbitrary<V>): fc.Arbitrary<Pairs<V>> =>
  fc.uniqueArray(fc.tuple(key, value), { selector: ([name]) => name, maxLength: 4 });
const { shelf } = fc.letrec<{ shelf: ShelfParts }>((tie) => ({
  shelf: fc.record({
    books: pairs(fc.integer({ min: -2, max: 12 }).map(String), keyText),
    shelves: fc.oneof(
      { maxDepth: 2, withCrossShrink: true },
      fc.constant([]),
      pairs(fc.constantFrom("true", "false"), tie("shelf")),
    ),
    below: fc.option(tie("shelf"), { maxDepth: 2 }),
    width: fc.integer({ min: 0, max: 3 }),
  }),
}));
const request = fc.record({
  worldId: keyText,
  ids: fc.array(keyText, { maxLength: 2 }),
  shelves: pairs(keyText, shelf),
  tenant: keyText,
  labels: pairs(keyText, keyText),
});
type Parts = typeof request extends fc.Arbitrary<infer T> ? T : never;

/** Puts the entries of all maps in, in one order or in the other. */
function build({ shelves, tenant, labels, ...rest }: Parts, isTurned: boolean) {
  const turn = <T>(list: readonly T[]) => (isTurned ? [...list].reverse() : list);
  const shelfOf = ({ books, shelves: inner, below, width }: ShelfParts): object => ({
    books: Object.fromEntries(turn(books)),
    shelves: Object.fromEntries(turn(inner).map(([name, each]) => [name, shelfOf(each)])),
    ...(below === null ? {} : { below: shelfOf(below) }),
    width,
  });
  return create(ReadRequestSchema, {
    ...rest,
    shelves: Object.fromEntries(turn(shelves).map(([name, each]) => [name, shelfOf(each)])),
    meta: { tenant, labels: Object.fromEntries(turn(labels)) },
  });
}

const encoded = (message: ReturnType<typeof build>) => toBinary(ReadRequestSchema, message);

describe("requestKey", () => {
  const keyOf = requestKey(ReadRequestSchema, []);

  it("is the same for equal requests, however their maps were filled", () => {
    fc.assert(
      fc.property(request, (parts) => {
        expect(keyOf(encoded(build(parts, true)))).toBe(keyOf(encoded(build(parts, false))));
      }),
      { numRuns: 200 },
    );
  });

  it("is another one for requests that differ", () => {
    fc.assert(
      fc.property(request, request, (a, b) => {
        const one = build(a, false);
        const other = build(b, true);
        expect(keyOf(encoded(one)) === keyOf(encoded(other))).toBe(
          equals(ReadRequestSchema, one, other),
        );
      }),
      { numRuns: 200 },
    );
  });

  it("leaves out the fields that are ignored, also within messages, and no others", () => {
    const ignoring = requestKey(ReadRequestSchema, ["meta.request_id", "meta.labels", "ids"]);
    const key = (meta: object, ids: string[] = [], worldId = "w1") =>
      ignoring(encoded(create(ReadRequestSchema, { meta, ids, worldId })));
    const same = key({ requestId: "1", tenant: "t" });
    expect(key({ requestId: "2", labels: { a: "b" }, tenant: "t" }, ["x"])).toBe(same);
    expect(key({ requestId: "1", tenant: "u" })).not.toBe(same);
    expect(key({ requestId: "1", tenant: "t" }, [], "w2")).not.toBe(same);
  });
});
