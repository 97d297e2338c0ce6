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

/** All frames. Rejects as the loop does. */
export async function allOf<T>(frames: AsyncIterable<T>): Promise<T[]> {
  const read: T[] = [];
  for await (const frame of frames) read.push(frame);
  return read;
}

/** The numbers that are read before the end or the failure. After the first one it waits. */
export async function read(
  frames: AsyncIterable<{ readonly number: number }>,
  wait: () => Promise<unknown> = async () => {},
): Promise<{ readonly numbers: readonly number[]; readonly error: unknown }> {
  const numbers: number[] = [];
  try {
    for await (const { number } of frames) {
      numbers.push(number);
      if (numbers.length === 1) await wait();
    }
    return { numbers, error: null };
  } catch (error) {
    return { numbers, error };
  }
}

export const upTo = (count: number): number[] => [...Array(count).keys()];
