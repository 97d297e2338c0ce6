import { readFileSync } from "node:fs";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { natsCredentials } from "../api/nats-credentials.ts";
import type { Context } from "./command.ts";
import { CommandFailure } from "./command-failure.ts";

/** A laptop's server answers in milliseconds, a far one in a second. */
const connectMs = 5000;

/** Connects to NATS with the credentials that the environment names; see `natsCredentials`. */
export async function connectNats(context: Context, name: string): Promise<NatsConnection> {
  const { nats } = await context.settings();
  const credentials = natsCredentials(context.env, secretFile);
  try {
    return await connect({
      servers: nats.value.split(","),
      name,
      timeout: connectMs,
      // A run that loses its server for longer has lost its evidence.
      maxReconnectAttempts: 3,
      noAsyncTraces: true,
      ...credentials,
    });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CommandFailure(
      "unreachable",
      `NATS at ${nats.value} cannot be used: ${reason}. The address comes from ${nats.from}; --nats, NATS_URL or charter.yaml say where another one is, and NATS_CREDS names a credentials file.`,
      { cause },
    );
  }
}

function secretFile(variable: string, path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new CommandFailure(
      "usage",
      `${variable} is "${path}", which cannot be read. It must name a file.`,
      { cause },
    );
  }
}
