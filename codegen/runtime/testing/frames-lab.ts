import {
  defineService,
  type ServiceContract,
  type StreamingContract,
} from "../src/contract/contract.ts";
import {
  type CountRequestSchema,
  type CountResponseSchema,
  FramesService,
  type TellRequestSchema,
  type TellResponseSchema,
} from "./gen/lab/v1/frames_pb.js";

const release = { module: "lab/lab", semver: "1.2.3", digest: "sha256:ab" };
const common = {
  kind: "streaming",
  queueGroup: "q.lab",
  idempotency: "unknown",
  compression: null,
  encryption: null,
} as const;

// What the generator would write for frames.proto.
export const FramesContract = defineService(FramesService, release, {
  count: {
    ...common,
    subject: "lab.count.request.v1",
    framesSubject: null,
    deadlineMs: 4000,
    idleTimeoutMs: 4000,
  },
  tell: {
    ...common,
    subject: "lab.tell.request.v1",
    framesSubject: "lab.tell.frames.v1.{call.id}",
    deadlineMs: 5000,
    idleTimeoutMs: 5000,
  },
}) as ServiceContract<{
  readonly count: StreamingContract<typeof CountRequestSchema, typeof CountResponseSchema>;
  readonly tell: StreamingContract<typeof TellRequestSchema, typeof TellResponseSchema>;
}>;
