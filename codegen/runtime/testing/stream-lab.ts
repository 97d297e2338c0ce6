import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  AckPolicy,
  type ConsumerConfig,
  type JetStreamManager,
  jetstreamManager,
  type StreamConfig,
} from "@nats-io/jetstream";
import { connect, type NatsConnection, type NodeConnectionOptions } from "@nats-io/transport-node";
import { afterAll, afterEach, beforeAll, beforeEach, expect, vi } from "vitest";
import { type RunningNatsServer, startNatsServer } from "../../../ci/testing/nats-server.ts";
import { defineEvent, type EventContract, type StreamPolicy } from "../src/contract/contract.ts";
import { publish } from "../src/events/publisher.ts";
import { Level, RangSchema } from "./gen/lab/v1/lab_pb.js";

const release = { module: "lab/lab", semver: "1.2.3", digest: "sha256:ab" };

/** An event that the stream CHIMES keeps. */
export const ChimedContract: EventContract<
  typeof RangSchema,
  { readonly room: string; readonly level: Level },
  StreamPolicy
> = defineEvent(RangSchema, release, {
  subject: "lab.chimed.v1.{room}.{level}",
  stream: { name: "CHIMES", maxAgeS: 300, maxBytes: "0" },
  deadLetterSubject: "lab.chimed.dead.v1",
  compression: null,
  encryption: null,
});

export const stream = "CHIMES";
export const deadLetters = "CHIMES_DEAD_LETTERS";
export const durable = "keeper";

export const chime = (room: string, text = "") => ({ room, level: Level.HIGH, text });

/** What `charter stream apply` provides for the contract. */
export const provided = {
  stream: {
    name: stream,
    subjects: ["lab.chimed.v1.*.*"],
    max_age: 300e9,
    duplicate_window: 120e9,
  },
  deadLetters: { name: deadLetters, subjects: ["lab.chimed.dead.v1"] },
  consumer: {
    durable_name: durable,
    ack_policy: AckPolicy.Explicit,
    filter_subject: "lab.chimed.v1.*.*",
    ack_wait: 1e9,
    max_deliver: -1,
  },
} satisfies Record<string, Partial<StreamConfig & ConsumerConfig>>;

export interface StreamLab {
  readonly jsm: JetStreamManager;
  /** Opens a connection that is closed after the test. */
  connect(options?: NodeConnectionOptions): Promise<NatsConnection>;
  readonly url: string;
  /** Publishes events of the room `hall`, one after the other. */
  publishAll(nc: NatsConnection, ...texts: string[]): Promise<void>;
  /** Waits until the durable consumer has nothing to deliver, and the server has heard all answers. */
  settled(): Promise<void>;
  /** Kills the server as `kill -9` does. What JetStream had stored stays. */
  kill(): Promise<void>;
  /** Starts it again, on the same port and with the same store. */
  restart(): Promise<void>;
}

/**
 * One nats-server with JetStream for the tests of a file. Each test begins with the streams and the
 * consumer of the contract, empty.
 *
 * @param users the `users` of an authorization block; `all` is who connects without a name
 */
export function useStreamLab(users = ""): StreamLab {
  let folder: string;
  let server: RunningNatsServer;
  let admin: NatsConnection;
  let jsm: JetStreamManager;
  const open: NatsConnection[] = [];
  const start = async (port?: number) => {
    const authorization = `authorization { users: [{ user: all, password: all } ${users}] }`;
    const config = `jetstream { store_dir: "${folder}" }\n${authorization}\nno_auth_user: all`;
    server = await startNatsServer({ config, ...(port === undefined ? {} : { port }) });
  };
  const connectTo = (options: NodeConnectionOptions = {}) =>
    connect({
      servers: server.url,
      maxReconnectAttempts: -1,
      reconnectTimeWait: 50,
      reconnectJitter: 0,
      ...options,
    });
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "charter-jetstream-"));
    await start();
    admin = await connectTo();
    jsm = await jetstreamManager(admin);
  });
  beforeEach(async () => {
    await jsm.streams.add(provided.stream);
    await jsm.streams.add(provided.deadLetters);
    await jsm.consumers.add(stream, provided.consumer);
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((nc) => nc.close()));
    for await (const { config } of jsm.streams.list()) await jsm.streams.delete(config.name);
  });
  afterAll(async () => {
    await admin.close();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });
  return {
    get jsm() {
      return jsm;
    },
    get url() {
      return server.url;
    },
    async connect(options) {
      const nc = await connectTo(options);
      open.push(nc);
      return nc;
    },
    async publishAll(nc, ...texts) {
      for (const text of texts) await publish(nc, ChimedContract, chime("hall", text));
    },
    async settled() {
      const nothingOpen = async () => {
        const info = await jsm.consumers.info(stream, durable);
        expect([info.num_pending, info.num_ack_pending]).toEqual([0, 0]);
      };
      await vi.waitFor(nothingOpen, { timeout: 20_000, interval: 20 });
    },
    kill: () => server.stop(),
    restart: () => start(server.port),
  };
}

/** The subjects of the messages that a stream holds, in order. */
export async function subjectsIn(jsm: JetStreamManager, name: string): Promise<string[]> {
  const { state } = await jsm.streams.info(name);
  const subjects: string[] = [];
  for (let seq = state.first_seq; seq <= state.last_seq; seq++) {
    const message = await jsm.streams.getMessage(name, { seq }).catch(() => null);
    if (message !== null) subjects.push(message.subject);
  }
  return subjects;
}
