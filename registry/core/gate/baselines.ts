import type { Baseline, BaselineReason } from "./report.ts";

/** A release of a module, as far as it says what it must be compared for. */
export interface PastRelease {
  readonly semver: string;
  readonly digest: string;
  /** Milliseconds since 1970. */
  readonly registeredAtMs: number;
  /** The streams that its events are kept in. */
  readonly streams: readonly KeptStream[];
}

export interface KeptStream {
  readonly name: string;
  /** 0 stands for no limit. */
  readonly maxAgeS: number;
}

/** What time it is, and how a report writes a time. */
export interface ReportClock {
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  /** RFC 3339, UTC. */
  write(ms: number): string;
}

/** A release that a participant runs. */
export interface RunningRelease {
  readonly semver: string;
  readonly environment: string;
  readonly participant: string;
}

/**
 * The releases that a proposal must not break: head, those that participants run, and those whose
 * messages a stream can still hold. A release's publishers go on until the next release at least,
 * so its messages are there for as long as the stream keeps them after that; of several retentions
 * since then the longest counts, as nobody knows when the stream was changed.
 *
 * @param releases newest first; the first is head
 * @param clock the time now, in milliseconds since 1970, and how a time is written
 * @returns head first, then newest first
 */
export function baselinesOf(
  releases: readonly PastRelease[],
  running: readonly RunningRelease[],
  clock: ReportClock,
): readonly Baseline[] {
  return releases.flatMap(({ semver, digest }, i) => {
    const reasons: BaselineReason[] = [
      ...(i === 0 ? [{ kind: "head" } as const] : []),
      ...deploymentsOf(semver, running),
      ...(i === 0 ? [] : retentionsOf(releases.slice(0, i + 1), clock)),
    ];
    return reasons.length === 0 ? [] : [{ semver, digest, reasons }];
  });
}

function deploymentsOf(semver: string, running: readonly RunningRelease[]): BaselineReason[] {
  const places = new Map(
    running
      .filter((each) => each.semver === semver)
      .map(({ environment, participant }) => [
        `${environment} ${participant}`,
        { environment, participant },
      ]),
  );
  return [...places.values()].map((place) => ({ kind: "deployed", ...place }));
}

/** @param since the releases from head down to the one that is looked at */
function retentionsOf(since: readonly PastRelease[], clock: ReportClock): BaselineReason[] {
  const release = since.at(-1);
  const next = since.at(-2);
  if (release === undefined || next === undefined) return [];
  return release.streams.flatMap(({ name }): BaselineReason[] => {
    const ages = since.flatMap((each) =>
      each.streams.filter((stream) => stream.name === name).map((stream) => stream.maxAgeS),
    );
    if (ages.includes(0)) return [{ kind: "retained", stream: name, until: null }];
    const untilMs = next.registeredAtMs + Math.max(...ages) * 1000;
    if (untilMs <= clock.nowMs) return [];
    return [{ kind: "retained", stream: name, until: clock.write(untilMs) }];
  });
}
