import type { DescMessage, Message } from "@bufbuild/protobuf";
import { create } from "@bufbuild/protobuf";
import fc from "fast-check";
import { type Interval, wholeArbitrary } from "./ordered.ts";
import type { Rules } from "./rules.ts";

const second = 1_000_000_000n;
const day = 86_400n * second;

/** What google.protobuf.Timestamp can hold: the years 1 to 9999. */
export const timestampRange: Interval = {
  low: -62_135_596_800n * second,
  high: 253_402_300_799n * second + 999_999_999n,
};

/** 290 years: what a signed 64-bit count of nanoseconds can hold, which is what most languages use. */
export const durationRange: Interval = { low: -290n * 365n * day, high: 290n * 365n * day };

interface SecondsAndNanos {
  readonly seconds: bigint;
  readonly nanos: number;
}

/** A Timestamp or Duration in nanoseconds. */
export function toNanos(value: unknown): bigint {
  const { seconds, nanos } = value as SecondsAndNanos;
  return seconds * second + BigInt(nanos);
}

/** The message of a Timestamp (nanos never negative) from nanoseconds. */
export function timestampOf(desc: DescMessage, nanos: bigint): Message {
  const rest = ((nanos % second) + second) % second;
  return create(desc, { seconds: (nanos - rest) / second, nanos: Number(rest) });
}

/** The message of a Duration (nanos of the sign of the seconds) from nanoseconds. */
export function durationOf(desc: DescMessage, nanos: bigint): Message {
  return create(desc, { seconds: nanos / second, nanos: Number(nanos % second) });
}

export function durationArbitrary(desc: DescMessage, rules: Rules): fc.Arbitrary<Message> {
  return wholeArbitrary(rules, durationRange, toNanos).map((nanos) => durationOf(desc, nanos));
}

/** Time that a run may take before a bound that depends on the clock has moved past a value. */
const margin = 3600n * second;

/** The range that rules relative to the clock leave, as seen now. */
export function timestampWindow(rules: Rules, now: bigint): Interval {
  let { low, high } = timestampRange;
  if (rules.values.has("lt_now")) high = now - second;
  if (rules.values.has("gt_now")) low = now + margin;
  const within = rules.values.get("within");
  if (within !== undefined) {
    const reach = toNanos(within);
    const safe = reach / 4n < margin ? reach / 4n : margin;
    if (now - reach + safe > low) low = now - reach + safe;
    if (now + reach - safe < high) high = now + reach - safe;
  }
  return { low, high };
}

export function timestampArbitrary(
  desc: DescMessage,
  rules: Rules,
  now: bigint,
): fc.Arbitrary<Message> {
  const window = timestampWindow(rules, now);
  const wide = wholeArbitrary(rules, window, toNanos);
  const near = { low: now - 3650n * day, high: now + 3650n * day };
  const isFree = !["const", "in", "gt", "gte", "lt", "lte"].some((name) => rules.values.has(name));
  const usual =
    isFree && window.low <= near.high && window.high >= near.low
      ? wholeArbitrary(
          rules,
          {
            low: window.low > near.low ? window.low : near.low,
            high: window.high < near.high ? window.high : near.high,
          },
          toNanos,
        )
      : wide;
  return fc
    .oneof({ weight: 9, arbitrary: usual }, { weight: 1, arbitrary: wide })
    .map((nanos) => timestampOf(desc, nanos));
}
