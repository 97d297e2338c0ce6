import { type Static, Type } from "typebox";
import { RoleSchema } from "./report.ts";

const NullableString = Type.Union([Type.String(), Type.Null()]);

/** The contract of a subject pattern as it stands in a release. */
export const BindingRecordSchema = Type.Object({
  pattern: Type.String(),
  kind: Type.Enum(["request", "streaming", "event"]),
  messageType: Type.String(),
  /** The reply's or the frame's message; null for an event. */
  replyType: NullableString,
  /** The full name of the rpc; null for an event. */
  rpc: NullableString,
  queueGroup: NullableString,
  owner: NullableString,
  deadlineMs: Type.Union([Type.Integer(), Type.Null()]),
  idempotency: Type.Union([Type.Enum(["unknown", "no_side_effects", "idempotent"]), Type.Null()]),
  replySubject: NullableString,
  framesPattern: NullableString,
  /** How long a reader waits for the next frame, in milliseconds; null where none is. */
  idleTimeoutMs: Type.Union([Type.Integer(), Type.Null()]),
  /**
   * How long a reply may be given again, the events that make it stale, and the fields in which
   * equal requests may differ; null for never.
   */
  cache: Type.Union([
    Type.Object({
      ttlMs: Type.Integer(),
      invalidatedBy: Type.Array(Type.String()),
      ignores: Type.Array(Type.String()),
    }),
    Type.Null(),
  ]),
  /** How large payloads may be made smaller; null for not at all. */
  compression: Type.Union([Type.Literal("zstd"), Type.Null()]),
  /** Whether payloads must be encrypted; null where they travel in clear. */
  encryption: Type.Union([Type.Literal("required"), Type.Null()]),
  /** The JetStream stream that keeps an event; null for a core subject. */
  stream: Type.Union([
    Type.Object({ name: Type.String(), maxAgeS: Type.Integer(), maxBytes: Type.String() }),
    Type.Null(),
  ]),
  /** Where consumers put events that they gave up on; null for nowhere. */
  deadLetterSubject: NullableString,
  /** Where the binding is written. */
  file: Type.String(),
  line: Type.Integer(),
  module: Type.String(),
  semver: Type.String(),
  digest: Type.String(),
  /** How often the contract of this subject has changed, counted from 1. */
  subjectVersion: Type.Integer(),
  package: Type.Object({ name: Type.String(), version: Type.String() }),
});
export type BindingRecord = Static<typeof BindingRecordSchema>;

/** What governs a subject: what travels on it, and the binding that says so. */
export const ResolutionSchema = Type.Object({
  subject: Type.String(),
  /** The pattern that the subject matches. */
  pattern: Type.String(),
  /** Which side of the binding the subject is. */
  role: RoleSchema,
  /** The values of the pattern's parameters by name; empty when a pattern was asked for. */
  parameters: Type.Record(Type.String(), Type.String()),
  kind: Type.Enum(["request", "streaming", "event"]),
  /** The full name of the message that travels on this subject. */
  messageType: Type.String(),
  /** The full name of what answers it; null where nothing does. */
  replyType: NullableString,
  module: Type.String(),
  semver: Type.String(),
  subjectVersion: Type.Integer(),
  package: Type.Object({ name: Type.String(), version: Type.String() }),
  /** The whole binding, whose own pattern is the one of its requests or events. */
  binding: BindingRecordSchema,
});
export type Resolution = Static<typeof ResolutionSchema>;

export const SubjectListSchema = Type.Object({
  subjects: Type.Array(BindingRecordSchema),
  next: NullableString,
});

/** One version of a subject's contract and the release that brought it. */
export const SubjectVersionSchema = Type.Object({
  pattern: Type.String(),
  version: Type.Integer(),
  module: Type.String(),
  semver: Type.String(),
  messageType: Type.String(),
  replyType: NullableString,
});

export const SubjectVersionListSchema = Type.Object({
  pattern: Type.String(),
  /** Newest first. */
  versions: Type.Array(SubjectVersionSchema),
});
