import type { MsgHdrs } from "@nats-io/nats-core";
import type { Exchange } from "../report.ts";

/** What has gone to and fro since the last case began. */
export interface Trace {
  /** Forgets the case before. */
  begin(): void;
  sent(subject: string, payload: Uint8Array, headers?: MsgHdrs): void;
  received(subject: string, payload: Uint8Array, headers?: MsgHdrs): void;
  /** What was waited for did not come. @param what such as `no reply within 2000 ms` */
  nothing(what: string): void;
  /** The first ones of the case, at most `mostExchanges`. */
  exchanges(): readonly Exchange[];
}

/** What a stream of tokens needs to be understood; a storm of a million replies ends here. */
export const mostExchanges = 100;
const shownBytes = 256;
const mostHeaders = 20;
const longestHeader = 200;

/** @param shows whether the payloads of the types that are sent and received may be shown */
export function createTrace(shows: { readonly sent: boolean; readonly received: boolean }): Trace {
  let startedAt = performance.now();
  let exchanges: Exchange[] = [];
  const add = (
    direction: Exchange["direction"],
    subject: string,
    payload: Uint8Array,
    headers: MsgHdrs | undefined,
    isShown: boolean,
  ) => {
    if (exchanges.length >= mostExchanges) return;
    exchanges.push({
      atMs: Math.round((performance.now() - startedAt) * 1000) / 1000,
      direction,
      subject: subject.slice(0, longestHeader),
      headers: linesOf(headers),
      bytes: payload.length,
      hex: isShown ? Buffer.from(payload.subarray(0, shownBytes)).toString("hex") : "",
    });
  };
  return {
    begin() {
      startedAt = performance.now();
      exchanges = [];
    },
    sent: (subject, payload, headers) => add("sent", subject, payload, headers, shows.sent),
    received: (subject, payload, headers) =>
      add("received", subject, payload, headers, shows.received),
    nothing: (what) => add("nothing", what, new Uint8Array(), undefined, false),
    exchanges: () => [...exchanges],
  };
}

function linesOf(headers: MsgHdrs | undefined): readonly string[] {
  if (headers === undefined) return [];
  return headers
    .keys()
    .slice(0, mostHeaders)
    .map((name) => `${name}: ${headers.get(name)}`.slice(0, longestHeader));
}
