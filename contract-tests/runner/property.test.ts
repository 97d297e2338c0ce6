import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BudgetSpent, type Calls } from "./calls/calls.ts";
import { createTrace } from "./calls/trace.ts";
import { type CaseResult, findBroken, findingFrom, type Search } from "./property.ts";
import type { ReplayedCase } from "./replay/replayed-case.ts";
import type { FailureDetail } from "./report.ts";

/** Calls of a property that makes none. */
function callsOf(replay: ReplayedCase | null = null): Calls {
  const unused = () => Promise.reject(new Error("nothing is called here"));
  return {
    timeoutMs: 100,
    made: 0,
    isSpent: false,
    trace: createTrace({ sent: true, received: true }),
    replay,
    leftMs: () => 60_000,
    spend: unused,
    call: unused,
    countReplies: unused,
  };
}

const failureOf = (message: unknown): FailureDetail => ({
  summary: "",
  subject: "a",
  message,
  hex: "",
  answer: "",
  nearest: null,
  rule: null,
  place: { file: "a.proto", line: 1 },
  replay: null,
  shrinks: 0,
  repeated: null,
  trace: [],
});

const kept = (n: number): CaseResult => ({ kind: "kept", shown: () => ({ n }) });
const broken = (n: number, symptom = "500"): CaseResult => ({
  kind: "broken",
  symptom,
  failure: failureOf({ n }),
});

const numbers = fc.integer({ min: 0, max: 10_000 });

function search(more: Partial<Search<number>> = {}): Search<number> {
  return { seed: 5, cases: 50, calls: callsOf(), ...more };
}

/** A property that is broken above a number. */
const above = (most: number) => async (n: number) => (n > most ? broken(n) : kept(n));

describe("findBroken", () => {
  it("keeps what no case breaks, and tries as many as it is told to", async () => {
    let cases = 0;
    const result = await findBroken(numbers, search(), async (n) => {
      cases++;
      return kept(n);
    });
    expect(result).toEqual({ kind: "kept" });
    expect(cases).toBe(50);
  });

  it("finds the smallest case, the nearest that works, and breaks it again", async () => {
    expect(await findBroken(numbers, search(), above(4096))).toMatchObject({
      kind: "broken",
      failure: {
        message: { n: 4097 },
        nearest: { n: 4096 },
        repeated: { broken: 5, of: 5 },
        replay: { seed: 5, path: expect.stringMatching(/^\d+(:\d+)*$/) },
      },
    });
  });

  it("calls what keeps the property at a second attempt flaky", async () => {
    let attempts = 0;
    const result = await findBroken(numbers, search(), async (n) =>
      ++attempts % 2 === 1 ? broken(n) : kept(n),
    );
    expect(result).toMatchObject({ kind: "flaky", failure: { repeated: { of: 5 } } });
    const { repeated } = (result as { failure: FailureDetail }).failure;
    expect(repeated?.broken).toBeGreaterThan(0);
    expect(repeated?.broken).toBeLessThan(5);
  });

  it("takes no refusal, as of what exists by now, for a case that works", async () => {
    const made = new Set<number>();
    const result = await findBroken(numbers, search(), async (n): Promise<CaseResult> => {
      if (made.has(n)) return { kind: "kept", refusal: "already_exists", shown: () => ({ n }) };
      made.add(n);
      return broken(n);
    });
    expect(result).toMatchObject({ kind: "broken", failure: { repeated: null, nearest: null } });
  });

  it("names no refused case as the nearest that works", async () => {
    const check = async (n: number): Promise<CaseResult> =>
      n > 100 ? broken(n) : { kind: "kept", refusal: "not_found", shown: () => ({ n }) };
    expect(await findBroken(numbers, search(), check)).toMatchObject({
      failure: { message: { n: 101 }, nearest: null },
    });
  });

  it("tries nothing again where a second attempt would be another case", async () => {
    let attempts = 0;
    const check = async (n: number) => {
      attempts++;
      return broken(n);
    };
    const constant = fc.constant(7);
    expect(await findBroken(constant, search({ repeats: 0 }), check)).toMatchObject({
      kind: "broken",
      failure: { repeated: null },
    });
    expect(attempts).toBe(1);
  });

  it("does not take another symptom for a smaller case of the same", async () => {
    let isDead = false;
    const result = await findBroken(numbers, search(), async (n) => {
      if (isDead) return broken(n, "no-responders");
      isDead = n > 100;
      return isDead ? broken(n) : kept(n);
    });
    expect(result).toMatchObject({
      kind: "broken",
      failure: { shrinks: 0, repeated: { broken: 5, of: 5 } },
    });
  });

  it("remembers the exchange of the smallest case alone", async () => {
    const calls = callsOf();
    const result = await findBroken(numbers, search({ calls }), async (n) => {
      calls.trace.sent("a", new Uint8Array([n % 256]));
      return n > 10 ? broken(n) : kept(n);
    });
    expect(result).toMatchObject({ failure: { trace: [{ direction: "sent", hex: "0b" }] } });
    expect((result as { failure: FailureDetail }).failure.trace).toHaveLength(1);
  });

  it.each<[string, (n: number) => Promise<CaseResult>, object]>([
    [
      "a rule that cannot be evaluated",
      async () => ({ kind: "schema-bug", reason: "no such field" }),
      { kind: "schema-bug", reason: "no such field" },
    ],
    [
      "too few cases that say something",
      async () => ({ kind: "void" }),
      { kind: "undecided", reason: expect.stringContaining("too few") },
    ],
    [
      "a spent budget",
      () => Promise.reject(new BudgetSpent("nothing is left")),
      { kind: "undecided", reason: "nothing is left" },
    ],
  ])("tells %s from a broken property", async (_, check, result) => {
    expect(await findBroken(numbers, search(), check)).toEqual(result);
  });

  it("throws what the property throws", async () => {
    const fail = () => Promise.reject(new TypeError("lost"));
    await expect(findBroken(numbers, search(), fail)).rejects.toThrow("lost");
  });

  it("gives the same case for the same seed", async () => {
    const [first, second] = [
      await findBroken(numbers, search(), above(1234)),
      await findBroken(numbers, search(), above(1234)),
    ];
    expect(second).toEqual(first);
  });
});

describe("a replay", () => {
  const replayed = (more: Partial<ReplayedCase>): ReplayedCase => ({
    search: null,
    payload: null,
    outcome: null,
    trace: [],
    ...more,
  });

  async function pathTo(most: number): Promise<string> {
    const result = await findBroken(numbers, search(), above(most));
    return (result as { failure: FailureDetail }).failure.replay?.path ?? "";
  }

  it.each([0, 100, 4096, 9000])(
    "comes to the case above %i by its path, and to no other",
    async (most) => {
      const replay = replayed({ search: { seed: 5, path: await pathTo(most) } });
      const tried: number[] = [];
      const result = await findBroken(numbers, search({ calls: callsOf(replay) }), async (n) => {
        tried.push(n);
        return above(most)(n);
      });
      expect(tried).toEqual([most + 1]);
      expect(result).toMatchObject({ kind: "broken", failure: { message: { n: most + 1 } } });
      expect(replay.outcome?.kind).toBe("broken");
    },
  );

  it("says that the property is kept now, and what went to and fro", async () => {
    const replay = replayed({ search: { seed: 5, path: await pathTo(100) } });
    const calls = callsOf(replay);
    await findBroken(numbers, search({ calls }), async (n) => {
      calls.trace.nothing("no reply");
      return kept(n);
    });
    expect(replay).toMatchObject({ outcome: { kind: "kept" }, trace: [{ direction: "nothing" }] });
  });

  it("tries nothing in searches that are not the one", async () => {
    const replay = replayed({ search: { seed: 6, path: "0" } });
    const result = await findBroken(numbers, search({ calls: callsOf(replay) }), above(0));
    expect(result).toEqual({ kind: "kept" });
    expect(replay.outcome).toBeNull();
  });

  it("makes the case from its bytes where the search can", async () => {
    const replay = replayed({ payload: new Uint8Array([9]) });
    const options = search({
      calls: callsOf(replay),
      fromBytes: (payload) => payload[0] ?? null,
    });
    expect(await findBroken(numbers, options, above(8))).toMatchObject({
      failure: { message: { n: 9 } },
    });
  });
});

describe("findingFrom", () => {
  const failure = failureOf(null);

  it.each([
    [
      { kind: "broken", failure },
      { verdict: "fail", failure },
    ],
    [
      { kind: "flaky", failure },
      { verdict: "flaky", failure },
    ],
    [
      { kind: "schema-bug", reason: "a" },
      { verdict: "schema-bug", reason: "a" },
    ],
    [
      { kind: "undecided", reason: "b" },
      { verdict: "inconclusive", reason: "b" },
    ],
  ] as const)("gives %j its verdict", (result, finding) => {
    expect(findingFrom(result, 7, { a: 1 })).toEqual({
      samples: 7,
      evidence: { a: 1 },
      ...finding,
    });
  });
});
