import { readFile } from "node:fs/promises";
import {
  type ConnectionOptions,
  connect,
  credsAuthenticator,
  type NatsConnection,
  nkeyAuthenticator,
} from "@nats-io/transport-node";
import type { Context } from "./command.ts";
import { CommandFailure } from "./command-failure.ts";

/** A laptop's server answers in milliseconds, a far one in a second. */
const connectMs = 5000;

/**
 * Connects to NATS with the credentials that the environment names, under the names that the `nats`
 * command uses: NATS_CREDS or NATS_NKEY (files), NATS_TOKEN, NATS_USER and NATS_PASSWORD; NATS_CA,
 * NATS_CERT and NATS_KEY (files) for TLS.
 */
export async function connectNats(context: Context, name: string): Promise<NatsConnection> {
  const { nats } = await context.settings();
  const credentials = await credentialsOf(context.env);
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

async function credentialsOf(env: NodeJS.ProcessEnv): Promise<ConnectionOptions> {
  const options: ConnectionOptions = {};
  if (isSet(env.NATS_CREDS)) {
    options.authenticator = credsAuthenticator(await secretFile("NATS_CREDS", env.NATS_CREDS));
  } else if (isSet(env.NATS_NKEY)) {
    const seed = new TextDecoder().decode(await secretFile("NATS_NKEY", env.NATS_NKEY)).trim();
    options.authenticator = nkeyAuthenticator(new TextEncoder().encode(seed));
  } else if (isSet(env.NATS_TOKEN)) {
    options.token = env.NATS_TOKEN;
  } else if (isSet(env.NATS_USER)) {
    options.user = env.NATS_USER;
    options.pass = env.NATS_PASSWORD ?? "";
  }
  if (isSet(env.NATS_CA) || isSet(env.NATS_CERT)) {
    options.tls = {
      ...(isSet(env.NATS_CA) ? { caFile: env.NATS_CA } : {}),
      ...(isSet(env.NATS_CERT) ? { certFile: env.NATS_CERT } : {}),
      ...(isSet(env.NATS_KEY) ? { keyFile: env.NATS_KEY } : {}),
    };
  }
  return options;
}

async function secretFile(variable: string, path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new CommandFailure(
      "usage",
      `${variable} is "${path}", which cannot be read. It must name a file.`,
      { cause },
    );
  }
}

function isSet(value: string | undefined): value is string {
  return value !== undefined && value !== "";
}
