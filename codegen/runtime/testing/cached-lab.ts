import {
  defineService,
  type RequestContract,
  type ServiceContract,
} from "../src/contract/contract.ts";
import { serve } from "../src/service/service.ts";
import type { TestConnection } from "./connections.ts";
import {
  CachedService,
  type ReadRequestSchema,
  type ReadResponseSchema,
} from "./gen/lab/v1/cached_pb.js";
import { bytes } from "./lab-server.ts";

const release = { module: "lab/lab", semver: "1.2.3", digest: "sha256:ab" };
const common = {
  kind: "request",
  queueGroup: "q.cached",
  deadlineMs: 4000,
  replySubject: null,
  compression: null,
  encryption: null,
} as const;
type Reading = RequestContract<typeof ReadRequestSchema, typeof ReadResponseSchema>;

// What the generator would write for cached.proto.
export const CachedContract = defineService(CachedService, release, {
  read: {
    ...common,
    subject: "lab.read.request.v1",
    idempotency: "no_side_effects",
    cache: {
      ttlMs: 60_000,
      invalidatedBy: [
        "lab.changed.v1.{world_id}",
        "lab.painted.v1.{colour}.{world_id}",
        "lab.reset.v1",
      ],
      ignores: ["meta.request_id", "meta.labels"],
    },
  },
  recall: {
    ...common,
    subject: "lab.recall.request.v1",
    idempotency: "no_side_effects",
    cache: { ttlMs: 1000, invalidatedBy: [], ignores: [] },
  },
  write: {
    ...common,
    subject: "lab.write.request.v1",
    idempotency: "unknown",
    cache: null,
  },
}) as ServiceContract<{
  readonly read: Reading;
  readonly recall: Reading;
  readonly write: Reading;
}>;

export interface ReadService {
  /** The worlds that were asked for. */
  readonly asked: readonly string[];
  /** Resolves when so many requests have come. */
  came(count: number): Promise<void>;
  /** Lets the requests that come from now on wait, until the returned function is called. */
  hold(): () => void;
}

/** Serves worlds. Each reply holds the number of its request. */
export async function readService(nc: TestConnection): Promise<ReadService> {
  const asked: string[] = [];
  const watchers = new Set<() => void>();
  let gate = Promise.resolve();
  const answer = async ({ worldId }: { readonly worldId: string }) => {
    const text = `${worldId} ${asked.push(worldId)}`;
    for (const watcher of watchers) watcher();
    await gate;
    return { text, blob: bytes(text) };
  };
  await serve(nc, CachedContract, { read: answer, recall: answer, write: answer });
  return {
    asked,
    came: (count) =>
      new Promise((resolve) => {
        const look = () => {
          if (asked.length >= count) resolve();
        };
        watchers.add(look);
        look();
      }),
    hold() {
      let release = () => {};
      gate = new Promise((resolve) => {
        release = resolve;
      });
      return () => release();
    },
  };
}

/** Publishes events, and resolves once a listener has been handed them. */
export async function announce(
  from: TestConnection,
  listener: TestConnection,
  ...subjects: readonly string[]
): Promise<void> {
  for (const subject of subjects) from.publish(subject);
  await from.flush();
  await listener.flush();
}
