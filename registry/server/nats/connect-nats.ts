import { connect, type NatsConnection } from "@nats-io/transport-node";
import type { Logger } from "pino";
import semver from "semver";
import { limits } from "../../core/limits.ts";
import { type NatsConfig, withoutPassword } from "../config.ts";
import { ConfigError } from "../config-error.ts";
import type { SubjectIndex } from "../jobs/subject-index.ts";
import { within } from "../jobs/within.ts";
import type { Announcer } from "../ports.ts";
import { createAnnouncer } from "./announcer.ts";
import { serveLookup } from "./lookup-service.ts";

/** The registry's connection to NATS. */
export interface RegistryNats {
  readonly announcer: Announcer;
  /** Answers look-ups; the index is read anew for each. */
  serveLookup(index: () => SubjectIndex): Promise<{ stop(): Promise<void> }>;
  /** Calls back each time that the connection is there again. */
  onReconnect(listener: () => void): void;
  /** Ends what is in flight, for as long as the server answers, and disconnects. */
  close(): Promise<void>;
}

/** Older servers have known holes in authorization and in JetStream's compare-and-set. */
const oldestServer = "2.10.27";

/** How long the first connection may take; later ones are retried for ever. */
const connectMs = 10_000;

/**
 * Connects, and looks at the server's version.
 *
 * @throws ConfigError when nobody answers, or when the server is too old and that is not allowed
 */
export async function connectNats(options: NatsConfig, logger: Logger): Promise<RegistryNats> {
  const nc = await open(options);
  try {
    checkServer(nc.info?.version ?? "unknown", options.allowOldServer, logger);
  } catch (error) {
    await nc.close();
    throw error;
  }
  let reconnected = () => {};
  void logStatus(nc, logger, () => reconnected());
  return {
    announcer: createAnnouncer(nc),
    serveLookup: (index) => serveLookup(nc, index, logger),
    onReconnect(listener) {
      reconnected = listener;
    },
    async close() {
      // A drain waits for the server; when that is away, there is nothing to wait for.
      const drained = within(limits.natsMs, nc.drain()).catch(() => "too late");
      if ((await drained) === "too late") await nc.close();
    },
  };
}

async function open({ url, credentials }: NatsConfig): Promise<NatsConnection> {
  try {
    return await connect({
      ...credentials,
      servers: url.split(","),
      name: "charter-registry",
      inboxPrefix: "_INBOX.charter-registry",
      timeout: connectMs,
      maxReconnectAttempts: -1,
      pingInterval: 5000,
      noAsyncTraces: true,
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError([
      `NATS_URL is "${withoutPassword(url)}", and no NATS server answers there (${reason}); start one, or correct the address`,
    ]);
  }
}

/** What speaks against a nats-server of a version, or null. */
export function serverProblem(version: string): string | null {
  const plain = semver.coerce(version);
  if (plain !== null && semver.gte(plain, oldestServer)) return null;
  return `nats-server is ${version}; below ${oldestServer} it has known authorization advisories`;
}

function checkServer(version: string, allowed: boolean, logger: Logger): void {
  const text = serverProblem(version);
  if (text === null) return;
  if (!allowed) {
    throw new ConfigError([
      `${text}; upgrade it, or set CHARTER_ALLOW_OLD_NATS=true to develop and test`,
    ]);
  }
  logger.warn(`${text}. Good for developing and testing, not for production.`);
}

async function logStatus(
  nc: NatsConnection,
  logger: Logger,
  reconnected: () => void,
): Promise<void> {
  for await (const status of nc.status()) {
    if (status.type === "disconnect" || status.type === "reconnect") {
      logger.warn(`NATS: ${status.type}`);
      if (status.type === "reconnect") reconnected();
    } else if (status.type === "error") {
      logger.error({ err: status.error }, "NATS");
    }
  }
}
