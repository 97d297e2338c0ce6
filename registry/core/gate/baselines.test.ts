import { describe, expect, it } from "vitest";
import { baselinesOf, type PastRelease } from "./baselines.ts";

const day = (n: number) => new Date(Date.UTC(2026, 10, n)).toISOString();
const hour = 3600;

/** A release of day `n`, its events kept in streams for so many seconds. */
function release(n: number, streams: Readonly<Record<string, number>> = {}): PastRelease {
  return {
    semver: `1.${n}.0`,
    digest: `sha256:${n}`,
    registeredAtMs: Date.parse(day(n)),
    streams: Object.entries(streams).map(([name, maxAgeS]) => ({ name, maxAgeS })),
  };
}

const clock = (now: string) => ({
  nowMs: Date.parse(now),
  write: (ms: number) => new Date(ms).toISOString(),
});

const shown = (
  releases: readonly PastRelease[],
  running: Parameters<typeof baselinesOf>[1],
  now: string,
) => baselinesOf(releases, running, clock(now)).map(({ semver, reasons }) => [semver, ...reasons]);

const head = { kind: "head" };

describe("baselinesOf compares with", () => {
  it("nothing, where nothing is registered", () => {
    expect(shown([], [], day(9))).toEqual([]);
  });

  it("head, and not with older releases that nobody runs and no stream keeps", () => {
    expect(shown([release(3), release(2), release(1)], [], day(9))).toEqual([["1.3.0", head]]);
  });

  it("every release that a participant runs, once for each environment and participant", () => {
    const runs = (semver: string, environment: string, participant = "quest") => ({
      semver,
      environment,
      participant,
    });
    const running = [runs("1.1.0", "prod"), runs("1.1.0", "prod"), runs("1.3.0", "staging")];
    expect(shown([release(3), release(2), release(1)], running, day(9))).toEqual([
      ["1.3.0", head, { kind: "deployed", environment: "staging", participant: "quest" }],
      ["1.1.0", { kind: "deployed", environment: "prod", participant: "quest" }],
    ]);
  });

  it.each<[string, PastRelease[], unknown[]]>([
    [
      "a release whose messages a stream still holds, counted from the release after it",
      [release(8, { S: 24 * hour * 2 }), release(1, { S: 24 * hour * 2 })],
      [
        ["1.8.0", head],
        ["1.1.0", { kind: "retained", stream: "S", until: day(10) }],
      ],
    ],
    [
      "no release whose messages are gone",
      [release(7, { S: 24 * hour * 2 }), release(1, { S: 24 * hour * 2 })],
      [["1.7.0", head]],
    ],
    [
      "a release that a stream without a limit keeps for ever",
      [release(2, { S: 0 }), release(1, { S: 0 })],
      [
        ["1.2.0", head],
        ["1.1.0", { kind: "retained", stream: "S", until: null }],
      ],
    ],
    [
      "the longest retention since then, when it became shorter",
      [release(8, { S: hour }), release(7, { S: 24 * hour * 5 }), release(6, { S: hour })],
      [
        ["1.8.0", head],
        ["1.7.0", { kind: "retained", stream: "S", until: day(13) }],
        ["1.6.0", { kind: "retained", stream: "S", until: day(12) }],
      ],
    ],
    [
      "a stream that head has left",
      [release(8), release(1, { S: 24 * hour * 3 })],
      [
        ["1.8.0", head],
        ["1.1.0", { kind: "retained", stream: "S", until: day(11) }],
      ],
    ],
  ])("%s", (_what, releases, expected) => {
    expect(shown(releases, [], day(9))).toEqual(expected);
  });
});
