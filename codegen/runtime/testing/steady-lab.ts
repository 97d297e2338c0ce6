import {
  defineService,
  type RequestContract,
  type ServiceContract,
} from "../src/contract/contract.ts";
import {
  type AddRequestSchema,
  type AddResponseSchema,
  type LookRequestSchema,
  type LookResponseSchema,
  SteadyService,
} from "./gen/lab/v1/steady_pb.js";

const release = { module: "lab/lab", semver: "1.2.3", digest: "sha256:ab" };
const common = {
  kind: "request",
  queueGroup: "q.steady",
  replySubject: null,
  cache: null,
  compression: null,
  encryption: null,
} as const;

// What the generator would write for steady.proto.
export const SteadyContract = defineService(SteadyService, release, {
  look: {
    ...common,
    subject: "lab.look.request.v1",
    deadlineMs: 4000,
    idempotency: "no_side_effects",
  },
  add: { ...common, subject: "lab.add.request.v1", deadlineMs: 1000, idempotency: "unknown" },
}) as ServiceContract<{
  readonly look: RequestContract<typeof LookRequestSchema, typeof LookResponseSchema>;
  readonly add: RequestContract<typeof AddRequestSchema, typeof AddResponseSchema>;
}>;
