import type { Change } from "../gate/change.ts";
import type { FindingPlace } from "../gate/report.ts";
import type { Binding } from "./binding.ts";

/** The rpc or the message that a binding belongs to: what stays when its subject moves. */
export function elementOf(binding: Binding): string {
  return binding.kind === "event" ? binding.messageType : binding.rpc;
}

/**
 * What changed in the bindings of one module between two revisions. Additions are no changes here:
 * a new subject breaks nobody.
 */
export function compareBindings(
  before: readonly Binding[],
  after: readonly Binding[],
): readonly Change[] {
  const byPattern = new Map(after.map((binding) => [binding.pattern, binding]));
  const byElement = new Map(after.map((binding) => [elementOf(binding), binding]));
  return before.flatMap((old) => {
    const same = byPattern.get(old.pattern);
    if (same !== undefined) return compareOne(old, same);
    const moved = byElement.get(elementOf(old));
    if (moved !== undefined && !before.some((b) => b.pattern === moved.pattern)) {
      return [
        change("BINDING_SUBJECT_SAME", old, moved, "the subject", old.pattern, moved.pattern),
        ...compareOne(old, moved),
      ];
    }
    return [
      {
        rule: "BINDING_SUBJECT_NO_DELETE",
        message: `The subject "${old.pattern}" of ${elementOf(old)} is not bound any more.`,
        element: elementOf(old),
        place: at("baseline", old),
        before: old.pattern,
        after: null,
      },
    ];
  });
}

function compareOne(old: Binding, now: Binding): Change[] {
  if (old.kind !== now.kind) {
    return [change("BINDING_KIND_SAME", old, now, "the kind", old.kind, now.kind)];
  }
  const changes: Change[] = [];
  const differ = (rule: string, what: string, a: string | null, b: string | null) => {
    if (a !== b) changes.push(change(rule, old, now, what, a, b));
  };
  differ("BINDING_TYPE_SAME", "the message type", old.messageType, now.messageType);
  if (old.kind === "event" && now.kind === "event") {
    differ("BINDING_STREAM_SAME", "the stream", old.stream?.name ?? null, now.stream?.name ?? null);
    if (old.stream !== null && now.stream?.name === old.stream.name) {
      if (isShorter(old.stream.maxAgeS, now.stream.maxAgeS)) {
        differ(
          "BINDING_RETENTION_NO_SHORTEN",
          "max_age_s",
          `${old.stream.maxAgeS}`,
          `${now.stream.maxAgeS}`,
        );
      }
      if (isShorter(Number(old.stream.maxBytes), Number(now.stream.maxBytes))) {
        differ(
          "BINDING_RETENTION_NO_SHORTEN",
          "max_bytes",
          old.stream.maxBytes,
          now.stream.maxBytes,
        );
      }
    }
  }
  if (old.kind !== "event" && now.kind !== "event") {
    differ("BINDING_TYPE_SAME", "the reply type", old.replyType, now.replyType);
    differ("BINDING_QUEUE_GROUP_SAME", "the queue group", old.queueGroup, now.queueGroup);
    if (now.deadlineMs < old.deadlineMs) {
      differ(
        "BINDING_DEADLINE_NO_SHORTEN",
        "the deadline",
        `${old.deadlineMs} ms`,
        `${now.deadlineMs} ms`,
      );
    }
    if (strength[now.idempotency] < strength[old.idempotency]) {
      differ(
        "BINDING_IDEMPOTENCY_NO_WEAKEN",
        "the idempotency level",
        old.idempotency,
        now.idempotency,
      );
    }
  }
  // A subject that is added beside the request's breaks nobody; one that moves or goes does.
  if (old.kind === "request" && now.kind === "request" && old.replySubject !== null) {
    differ("BINDING_REPLY_SUBJECT_SAME", "the reply subject", old.replySubject, now.replySubject);
  }
  if (old.kind === "streaming" && now.kind === "streaming") {
    differ(
      "BINDING_FRAMES_SUBJECT_SAME",
      "the frames subject",
      old.framesPattern,
      now.framesPattern,
    );
  }
  return changes;
}

const strength = { unknown: 0, idempotent: 1, no_side_effects: 2 } as const;

/** Whether a limit became tighter; zero stands for none. */
function isShorter(old: number, now: number): boolean {
  return now !== 0 && (old === 0 || now < old);
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
