/** A parameter of a pattern: the token at `index` is the value of the field at `field`. */
export interface Parameter {
  /** The path of the field in proto names: `world_id`, `meta.request_id`. It is also the name. */
  readonly field: string;
  /** The token's position in the subject, counted from 0. */
  readonly index: number;
  readonly type: "string" | "integer" | "enum";
}

/** Where a binding is written. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

interface BindingBase {
  /** Literals and `{field}` parameters: `ai.world.state.update.v1.{world_id}`. */
  readonly pattern: string;
  readonly parameters: readonly Parameter[];
  /** The full name of the message that travels on the subject. */
  readonly messageType: string;
  /** How senders may make large payloads smaller, or null. */
  readonly compression: "zstd" | null;
  /** Whether payloads must be encrypted, or null where they travel in clear. */
  readonly encryption: "required" | null;
  /** The team that answers for it, or null. */
  readonly owner: string | null;
  readonly place: Place;
}

/** What protobuf's `idempotency_level` says of an rpc. */
export type Idempotency = "unknown" | "no_side_effects" | "idempotent";

interface RpcBinding extends BindingBase {
  /** The full name of the rpc: `bodybroker.npc.v1.NpcBehaviorService.Plan`. */
  readonly rpc: string;
  /** The full name of the reply's or the frame's message. */
  readonly replyType: string;
  readonly queueGroup: string;
  readonly deadlineMs: number;
  readonly idempotency: Idempotency;
}

/** How long a reply may be given again to an equal request. */
export interface CachePolicy {
  readonly ttlMs: number;
  /** The patterns of the events that make it stale. */
  readonly invalidatedBy: readonly string[];
  /** The paths of fields in which equal requests may differ: `meta.request_id`. */
  readonly ignores: readonly string[];
}

/** One request, one reply. */
export interface RequestBinding extends RpcBinding {
  readonly kind: "request";
  /** Null where replies may not be cached. */
  readonly cache: CachePolicy | null;
  /** A subject under which the reply type is also known, or null. */
  readonly replySubject: string | null;
}

/** One request, many frames. */
export interface StreamingBinding extends RpcBinding {
  readonly kind: "streaming";
  /** The pattern that frames are sent on, or null for the caller's inbox. */
  readonly framesPattern: string | null;
  readonly framesParameters: readonly Parameter[];
  /** How long a reader waits for the next frame, in milliseconds. */
  readonly idleTimeoutMs: number;
}

/** A JetStream stream that keeps events. Zero stands for no limit. */
export interface StreamPolicy {
  readonly name: string;
  readonly maxAgeS: number;
  readonly maxBytes: string;
}

/** A message that is published. */
export interface EventBinding extends BindingBase {
  readonly kind: "event";
  /** The stream that keeps it, or null for a core subject. */
  readonly stream: StreamPolicy | null;
  /** Where consumers put events that they gave up on, or null. */
  readonly deadLetterSubject: string | null;
}

/** The full name of the message that travels on dead-letter subjects. */
export const deadLetterType = "charter.nats.v1.DeadLetter";

/** The contract of one subject pattern. */
export type Binding = RequestBinding | StreamingBinding | EventBinding;

export type BindingKind = Binding["kind"];

/** Which side of its binding a subject is. */
export type SubjectRole = "request" | "reply" | "frames" | "event" | "dead_letter";

/** What a caller waits when the contract does not say, in milliseconds. */
export const defaultDeadlineMs = 5000;

/** What a reader of frames waits for the next one when the contract does not say, in milliseconds. */
export const defaultIdleTimeoutMs = 5000;

/** All subjects that a binding claims, with the side that each is. */
export function subjectsOf(
  binding: Binding,
): readonly { readonly pattern: string; readonly role: SubjectRole }[] {
  switch (binding.kind) {
    case "request":
      return binding.replySubject === null
        ? [{ pattern: binding.pattern, role: "request" }]
        : [
            { pattern: binding.pattern, role: "request" },
            { pattern: binding.replySubject, role: "reply" },
          ];
    case "streaming":
      return binding.framesPattern === null
        ? [{ pattern: binding.pattern, role: "request" }]
        : [
            { pattern: binding.pattern, role: "request" },
            { pattern: binding.framesPattern, role: "frames" },
          ];
    case "event":
      return binding.deadLetterSubject === null
        ? [{ pattern: binding.pattern, role: "event" }]
        : [
            { pattern: binding.pattern, role: "event" },
            { pattern: binding.deadLetterSubject, role: "dead_letter" },
          ];
  }
}
