import type { DescMessage } from "@bufbuild/protobuf";
import {
  headers as createHeaders,
  type Msg,
  type NatsConnection,
  type Subscription,
} from "@nats-io/nats-core";
import type { Schema } from "../../../registry/core/samples/schema.ts";
import { inboxOf } from "../calls/request-once.ts";
import type { Trace } from "../calls/trace.ts";
import { type Arrival, headersOf, readArrival } from "./arrival.ts";
import { cancelMessage, creditMessage, isControlSubject } from "./control.ts";
import { createPatience, type Patience } from "./patience.ts";
import { initialWindow, mostBytes, type StreamPlan } from "./stream-plan.ts";
import type { CutBy, SeenFrame, StreamEnd, Transcript } from "./transcript.ts";

/** What all streams of one binding have in common. */
export interface StreamLine {
  readonly nc: NatsConnection;
  readonly runId: string;
  readonly schema: Schema;
  readonly output: DescMessage;
  readonly trace: Trace;
}

export interface StreamRequest {
  readonly subject: string;
  /** Where frames go, or null for the inbox. */
  readonly framesSubject: string | null;
  readonly payload: Uint8Array;
}

/** A stream that is being read. */
interface Reading {
  readonly line: StreamLine;
  readonly plan: StreamPlan;
  readonly startedAt: number;
  readonly frames: SeenFrame[];
  readonly afterEnd: string[];
  readonly patience: Patience;
  finish(): void;
  control: string | null;
  /** Frames that the service may have sent by now. */
  allowed: number;
  bytes: number;
  /** When the service was free to send the next message. */
  freeAt: number;
  end: StreamEnd | null;
  afterCancel: number | null;
  overdrawnAt: number | null;
  hold: "to come" | "on" | "over";
  astray: number;
  /** The next frame is the last: silence is waited for as long as ever. */
  isLong: boolean;
}

/** Messages that a subscription takes beside what is wanted: the rest of a window, and the end. */
const spare = 2 * initialWindow;
const mostAstray = 8;
const mostAfterEnd = 4;

/**
 * Opens a stream and reads it until its end, or as far as the plan goes. The server itself ends the
 * subscription after so many messages, so that no service can fill the memory. Rejects when the
 * connection fails.
 * @param signal cuts it off
 */
export async function readStream(
  line: StreamLine,
  request: StreamRequest,
  plan: StreamPlan,
  signal?: AbortSignal,
): Promise<Transcript> {
  const { nc } = line;
  const done: { resolve(): void; reject(error: Error): void } = { resolve() {}, reject() {} };
  const promise = new Promise<void>((resolve, reject) => Object.assign(done, { resolve, reject }));
  const reading = createReading(line, plan, done.resolve);
  const inbox = inboxOf(nc);
  const most = plan.mostFrames + spare + (plan.cancel?.mostFurther ?? 0);
  const listen = (subject: string, max: number, take: (message: Msg) => void): Subscription =>
    nc.subscribe(subject, {
      max,
      callback: (error, message) => {
        if (error !== null) done.reject(error);
        else if (!reading.patience.isOver) take(message);
      },
    });
  const frames = (message: Msg) => onArrival(reading, arrivalOf(reading, message));
  const subscriptions =
    request.framesSubject === null
      ? [listen(inbox, most, frames)]
      : [
          listen(request.framesSubject, most, frames),
          listen(inbox, spare, (message) => onReply(reading, arrivalOf(reading, message))),
        ];
  const headers = createHeaders();
  headers.set("Charter-Probe", line.runId);
  const stop = () => cut(reading, "reader");
  signal?.addEventListener("abort", stop);
  const longest = setTimeout(() => {
    reading.isLong = true;
  }, plan.longestMs);
  try {
    line.trace.sent(request.subject, request.payload, headers);
    nc.publish(request.subject, request.payload, { reply: inbox, headers });
    reading.patience.wait(plan.firstFrameMs, (afterMs) => endWith(reading, idle(afterMs)));
    await promise;
  } finally {
    clearTimeout(longest);
    signal?.removeEventListener("abort", stop);
    reading.patience.stop();
    for (const subscription of subscriptions) subscription.unsubscribe();
  }
  return transcriptOf(reading);
}

function createReading(line: StreamLine, plan: StreamPlan, resolve: () => void): Reading {
  const patience = createPatience();
  const startedAt = performance.now();
  return {
    line,
    plan,
    startedAt,
    frames: [],
    afterEnd: [],
    patience,
    finish() {
      patience.stop();
      resolve();
    },
    control: null,
    allowed: initialWindow,
    bytes: 0,
    freeAt: startedAt,
    end: null,
    afterCancel: null,
    overdrawnAt: null,
    hold: plan.holdMs === null ? "over" : "to come",
    astray: 0,
    isLong: false,
  };
}

function transcriptOf(reading: Reading): Transcript {
  const { frames, afterEnd, afterCancel, overdrawnAt, hold, plan, astray } = reading;
  return {
    frames,
    end: reading.end ?? { kind: "cut", by: "reader" },
    afterEnd,
    afterCancel,
    overdrawnAt,
    wasHeld: plan.holdMs !== null && hold === "over",
    astray,
  };
}

function arrivalOf({ line }: Reading, message: Msg): Arrival {
  line.trace.received(message.subject, message.data, headersOf(message));
  return readArrival(line.schema, line.output, message);
}

function onArrival(reading: Reading, arrival: Arrival): void {
  if (reading.end !== null) {
    if (reading.afterEnd.length < mostAfterEnd) reading.afterEnd.push(nameOf(arrival));
    return;
  }
  if (arrival.kind === "frame") onFrame(reading, arrival);
  else endWith(reading, arrival);
}

/** What comes to the inbox while frames have a subject of their own: why none will come. */
function onReply(reading: Reading, arrival: Arrival): void {
  if (arrival.kind !== "frame") {
    onArrival(reading, arrival);
    return;
  }
  reading.astray += 1;
  if (reading.astray === mostAstray) cut(reading, "astray");
}

function onFrame(reading: Reading, frame: Extract<Arrival, { kind: "frame" }>): void {
  const { frames } = reading;
  const now = performance.now();
  frames.push({ ...frame, atMs: now - reading.startedAt, gapMs: now - reading.freeAt });
  reading.freeAt = now;
  reading.bytes += frame.bytes;
  if (frames.length > reading.allowed) reading.overdrawnAt ??= frames.length - 1;
  if (frames.length === 1 && frame.control !== null && isControlSubject(frame.control)) {
    reading.control = frame.control;
  }
  if (reading.afterCancel !== null) reading.afterCancel += 1;
  if (reading.isLong) cut(reading, "time");
  else if (reading.afterCancel !== null) goOn(reading, reading.afterCancel);
  else readOn(reading);
}

function readOn(reading: Reading): void {
  const { plan, frames } = reading;
  if (frames.length >= plan.mostFrames) cut(reading, "frames");
  else if (reading.bytes > mostBytes) cut(reading, "bytes");
  else if (frames.length >= initialWindow && reading.control === null) {
    cut(reading, "no credit");
  } else if (frames.length === plan.cancel?.afterFrames) cancel(reading, plan.cancel);
  else giveCredit(reading);
}

function giveCredit(reading: Reading): void {
  const { plan, frames, patience } = reading;
  const waitOn = () => patience.wait(plan.idleMs, (afterMs) => endWith(reading, idle(afterMs)));
  if (reading.hold === "to come" && plan.holdMs !== null && frames.length >= initialWindow) {
    reading.hold = "on";
    patience.wait(plan.holdMs, () => {
      reading.hold = "over";
      reading.freeAt = performance.now();
      allow(reading, initialWindow);
      waitOn();
    });
    return;
  }
  // Whoever sends without credit is not waited for any longer.
  if (reading.hold === "on" && reading.overdrawnAt !== null) reading.hold = "over";
  const isNeeded = reading.allowed - frames.length <= initialWindow / 2;
  if (reading.hold === "over" && isNeeded) allow(reading, initialWindow);
  if (reading.hold !== "on") waitOn();
}

/** After a cancel: until it is clear that the service has stopped, or that it has not. */
function goOn(reading: Reading, further: number): void {
  const { plan } = reading;
  if (plan.cancel === null || further > plan.cancel.mostFurther) reading.finish();
  else reading.patience.wait(plan.cancel.quietMs, () => reading.finish());
}

/** The credit after it shows a service that goes on: without any, every service would stop. */
function cancel(
  reading: Reading,
  { mostFurther, quietMs }: NonNullable<StreamPlan["cancel"]>,
): void {
  reading.afterCancel = 0;
  say(reading, cancelMessage);
  allow(reading, mostFurther + 1);
  reading.patience.wait(quietMs, () => reading.finish());
}

function allow(reading: Reading, frames: number): void {
  reading.allowed += frames;
  say(reading, creditMessage(frames));
}

function say({ line, control }: Reading, message: Uint8Array): void {
  if (control === null || line.nc.isClosed()) return;
  line.trace.sent(control, message);
  line.nc.publish(control, message);
}

function idle(afterMs: number): StreamEnd {
  return { kind: "idle", afterMs };
}

function endWith(reading: Reading, end: StreamEnd): void {
  reading.end = end;
  if (end.kind === "idle") reading.line.trace.nothing(`nothing for ${Math.round(end.afterMs)} ms`);
  const { grace } = reading.plan;
  if (end.kind === "idle") say(reading, cancelMessage);
  if (grace === null || end.kind !== grace.after) reading.finish();
  else reading.patience.wait(grace.ms, () => reading.finish());
}

function cut(reading: Reading, by: CutBy): void {
  if (reading.end !== null) return;
  reading.end = { kind: "cut", by };
  say(reading, cancelMessage);
  reading.finish();
}

function nameOf(arrival: Arrival): string {
  switch (arrival.kind) {
    case "frame":
      return arrival.seq === null ? "a message without a number" : `frame ${arrival.seq}`;
    case "eos":
      return "another end";
    case "error":
      return "an error";
    case "no-responders":
      return "no responders";
  }
}
