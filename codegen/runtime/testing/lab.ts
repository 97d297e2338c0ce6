import {
  defineEvent,
  defineService,
  type EventContract,
  type RequestContract,
  type ServiceContract,
  type StreamPolicy,
} from "../src/contract/contract.ts";
import {
  type EchoRequestSchema,
  type EchoResponseSchema,
  KeptSchema,
  LabService,
  type Level,
  RangSchema,
} from "./gen/lab/v1/lab_pb.js";

// What the generator would write for lab.proto.
const release = { module: "lab/lab", semver: "1.2.3", digest: "sha256:ab" };

export const LabContract = defineService(LabService, release, {
  echo: {
    kind: "request",
    subject: "lab.echo.request.v1.{room}",
    queueGroup: "q.lab",
    deadlineMs: 1000,
    idempotency: "unknown",
    replySubject: null,
    cache: null,
    compression: null,
    encryption: null,
  },
}) as ServiceContract<{
  readonly echo: RequestContract<typeof EchoRequestSchema, typeof EchoResponseSchema>;
}>;

export const RangContract: EventContract<
  typeof RangSchema,
  {
    readonly room: string;
    readonly level: Level;
    readonly "meta.count": bigint;
    readonly doorId: string;
  },
  null
> = defineEvent(RangSchema, release, {
  subject: "lab.rang.v1.{room}.{level}.{meta.count}.{door_id}",
  stream: null,
  deadLetterSubject: null,
  compression: null,
  encryption: null,
});

export const KeptContract: EventContract<
  typeof KeptSchema,
  Record<string, never>,
  StreamPolicy
> = defineEvent(KeptSchema, release, {
  subject: "lab.kept.v1",
  stream: { name: "LAB", maxAgeS: 0, maxBytes: "0" },
  deadLetterSubject: null,
  compression: null,
  encryption: null,
});
