import type { Change } from "../gate/change.ts";
import type { FindingPlace } from "../gate/report.ts";
import type { Binding, RequestBinding, StreamingBinding, StreamPolicy } from "./binding.ts";

type RpcBinding = RequestBinding | StreamingBinding;

/** The rpc or the message that a binding belongs to: what stays when its subject moves. */
export function elementOf(binding: Binding): string {
  return binding.kind === "event" ? binding.messageType : binding.rpc;
}

/**
 * What changed in the bindings of one module between two revisions. Additions are no changes here:
 * a new subject breaks nobody. An rpc or message has one binding, so it is what a binding is known
 * by; only when it is gone, whatever took over its subject is what callers and listeners meet.
 */
export function compareBindings(
  before: readonly Binding[],
  after: readonly Binding[],
): readonly Change[] {
  const byPattern = new Map(after.map((binding) => [binding.pattern, binding]));
  const byElement = new Map(after.map((binding) => [elementOf(binding), binding]));
  return before.flatMap((old) => {
    const now = byElement.get(elementOf(old)) ?? byPattern.get(old.pattern);
    if (now === undefined) return [deleted(old)];
    if (now.pattern === old.pattern) return compareOne(old, now);
    return [
      change("BINDING_SUBJECT_SAME", old, now, "the subject", old.pattern, now.pattern),
      ...compareOne(old, now),
    ];
  });
}

function deleted(old: Binding): Change {
  return {
    rule: "BINDING_SUBJECT_NO_DELETE",
    message: `The subject "${old.pattern}" of ${elementOf(old)} is not bound any more.`,
    element: elementOf(old),
    place: at("baseline", old),
    before: old.pattern,
    after: null,
  };
}

type Differ = (rule: string, what: string, a: string | null, b: string | null) => void;

function compareOne(old: Binding, now: Binding): Change[] {
  if (old.kind !== now.kind) {
    return [change("BINDING_KIND_SAME", old, now, "the kind", old.kind, now.kind)];
  }
  const changes: Change[] = [];
  const differ: Differ = (rule, what, a, b) => {
    if (a !== b) changes.push(change(rule, old, now, what, a, b));
  };
  differ("BINDING_TYPE_SAME", "the message type", old.messageType, now.messageType);
  differ("BINDING_COMPRESSION_SAME", "the compression", old.compression, now.compression);
  differ("BINDING_ENCRYPTION_SAME", "the encryption", old.encryption, now.encryption);
  if (old.kind === "event" && now.kind === "event") compareStreams(old.stream, now.stream, differ);
  if (old.kind !== "event" && now.kind !== "event") compareRpcs(old, now, differ);
  // A subject that is added beside the request's breaks nobody; one that moves or goes does.
  if (old.kind === "request" && now.kind === "request" && old.replySubject !== null) {
    differ("BINDING_REPLY_SUBJECT_SAME", "the reply subject", old.replySubject, now.replySubject);
  }
  if (old.kind === "streaming" && now.kind === "streaming") {
    const rule = "BINDING_FRAMES_SUBJECT_SAME";
    differ(rule, "the frames subject", old.framesPattern, now.framesPattern);
    compareWaits("the idle time-out", old.idleTimeoutMs, now.idleTimeoutMs, differ);
  }
  if (old.kind === "event" && now.kind === "event" && old.deadLetterSubject !== null) {
    const rule = "BINDING_DEAD_LETTER_SAME";
    differ(rule, "the dead-letter subject", old.deadLetterSubject, now.deadLetterSubject);
  }
  return changes;
}

function compareStreams(old: StreamPolicy | null, now: StreamPolicy | null, differ: Differ): void {
  differ("BINDING_STREAM_SAME", "the stream", old?.name ?? null, now?.name ?? null);
  if (old === null || now === null || old.name !== now.name) return;
  const rule = "BINDING_RETENTION_NO_SHORTEN";
  if (isTighter(BigInt(old.maxAgeS), BigInt(now.maxAgeS))) {
    differ(rule, "max_age_s", `${old.maxAgeS}`, `${now.maxAgeS}`);
  }
  if (isTighter(BigInt(old.maxBytes), BigInt(now.maxBytes))) {
    differ(rule, "max_bytes", old.maxBytes, now.maxBytes);
  }
}

function compareRpcs(old: RpcBinding, now: RpcBinding, differ: Differ): void {
  differ("BINDING_TYPE_SAME", "the reply type", old.replyType, now.replyType);
  differ("BINDING_QUEUE_GROUP_SAME", "the queue group", old.queueGroup, now.queueGroup);
  compareWaits("the deadline", old.deadlineMs, now.deadlineMs, differ);
  if (strength[now.idempotency] < strength[old.idempotency]) {
    const rule = "BINDING_IDEMPOTENCY_NO_WEAKEN";
    differ(rule, "the idempotency level", old.idempotency, now.idempotency);
  }
}

function compareWaits(what: string, old: number, now: number, differ: Differ): void {
  if (now < old) differ("BINDING_DEADLINE_NO_SHORTEN", what, `${old} ms`, `${now} ms`);
}

const strength = { unknown: 0, idempotent: 1, no_side_effects: 2 } as const;

/** Whether a limit became tighter; zero stands for none. Sizes go beyond what a number holds. */
function isTighter(old: bigint, now: bigint): boolean {
  return now !== 0n && (old === 0n || now < old);
}

function change(
  rule: string,
  old: Binding,
  now: Binding,
  what: string,
  before: string | null,
  after: string | null,
): Change {
  const show = (value: string | null) => (value === null ? "none" : `"${value}"`);
  return {
    rule,
    message: `${elementOf(old)}: ${what} on "${old.pattern}" changed from ${show(before)} to ${show(after)}.`,
    element: elementOf(old),
    place: at("proposal", now),
    before,
    after,
  };
}

function at(side: FindingPlace["side"], binding: Binding): FindingPlace {
  return { side, file: binding.place.file, line: binding.place.line, column: 1 };
}
