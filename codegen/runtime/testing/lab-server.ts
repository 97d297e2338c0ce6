import { afterAll, afterEach, beforeAll } from "vitest";
import {
  type NatsServerOptions,
  type RunningNatsServer,
  startNatsServer,
} from "../../../ci/testing/nats-server.ts";
import type { NatsMessage } from "../src/connection/connection.ts";
import type { ConnectOptions, clients, TestConnection } from "./connections.ts";

type Client = (typeof clients)[number];

export interface Lab {
  /** Opens a connection that is closed after the test. */
  connect(client: Client, options?: Omit<ConnectOptions, "servers">): Promise<TestConnection>;
}

/** One nats-server for the tests of a file. */
export function useLab(options: NatsServerOptions = {}): Lab {
  let server: RunningNatsServer;
  const open: TestConnection[] = [];
  beforeAll(async () => {
    server = await startNatsServer(options);
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((nc) => nc.close()));
  });
  afterAll(() => server.stop());
  return {
    async connect(client, settings = {}) {
      const nc = await client.connect({ servers: server.url, ...settings });
      open.push(nc);
      return nc;
    },
  };
}

/** Collects what comes on a subject. */
export async function collect(nc: TestConnection, subject: string): Promise<NatsMessage[]> {
  const messages: NatsMessage[] = [];
  nc.subscribe(subject, { callback: (_, message) => messages.push(message) });
  await nc.flush();
  return messages;
}

/** What a promise rejects with. */
export async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => {
      throw new Error("expected a rejection");
    },
    (error: unknown) => error,
  );
}

/** Text as it travels. */
export const bytes = (text: string) => new TextEncoder().encode(text);

/** What is waited for, with the hands to end the wait. */
export function deferred<T = void>() {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

/** Keeps the process busy, so that neither timers nor messages are looked at. */
export function block(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}
