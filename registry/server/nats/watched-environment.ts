import { connect, type NatsConnection } from "@nats-io/transport-node";
import { limits } from "../../core/limits.ts";
import { within } from "../jobs/within.ts";
import type { WatchedEnvironment } from "../ports.ts";
import type { WatchedNats } from "../watch-config.ts";
import { askServices } from "./service-answers.ts";
import { listConsumers } from "./stream-consumers.ts";

/** Reasons of answers that were left out, in one look. */
const reasonsKept = 10;

/**
 * Looks at the NATS of an environment. It subscribes to inboxes, and publishes `$SRV.INFO` and
 * listing requests of JetStream's API; nothing there is made or changed.
 */
export function watchedEnvironment({
  environment,
  url,
  credentials,
}: WatchedNats): WatchedEnvironment {
  let open: Promise<Line> | null = null;
  let closed = false;

  /** A lost connection is opened anew by the next look, so that a look never spans two. */
  async function line(): Promise<Line> {
    const before = await open?.catch(() => null);
    if (before !== null && before !== undefined && !before.nc.isClosed()) return before;
    if (closed) throw new Error("the registry is stopping");
    open = connect({
      ...credentials,
      servers: url.split(","),
      name: "charter-watch",
      inboxPrefix: "_INBOX.charter-watch",
      timeout: limits.natsMs,
      reconnect: false,
      noAsyncTraces: true,
    }).then(lineOf);
    return open;
  }

  return {
    name: environment,
    async look() {
      const { nc, onRefusal } = await line();
      const skipped = new Set<string>();
      const skip = (reason: string) => {
        if (skipped.size < reasonsKept) skipped.add(reason);
      };
      const endpoints = await askServices(nc, onRefusal, skip);
      const consumers = await listConsumers(nc, skip);
      // Only who answers now has answered all along.
      if ((await within(limits.natsMs, nc.flush())) === "too late" || nc.isClosed()) {
        await nc.close();
        throw new Error("the connection was lost during the look");
      }
      return { endpoints, consumers, skipped: [...skipped] };
    },
    async close() {
      closed = true;
      const last = await open?.catch(() => null);
      await last?.nc.close();
    },
  };
}

/** A connection, and what its server refuses on it, which comes at any time later. */
interface Line {
  readonly nc: NatsConnection;
  /** @returns what ends it */
  onRefusal(listener: (message: string) => void): () => void;
}

function lineOf(nc: NatsConnection): Line {
  const listeners = new Set<(message: string) => void>();
  void (async () => {
    for await (const status of nc.status()) {
      if (status.type === "error") for (const each of listeners) each(status.error.message);
    }
  })();
  return {
    nc,
    onRefusal(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
