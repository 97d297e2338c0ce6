import { type ConnectionOptions, credsAuthenticator, nkeyAuthenticator } from "@nats-io/nats-core";

type Environment = Readonly<Record<string, string | undefined>>;
type Credentials = Pick<ConnectionOptions, "authenticator" | "token" | "user" | "pass" | "tls">;

/**
 * The credentials that the environment names, under the names that the `nats` command uses:
 * NATS_CREDS or NATS_NKEY (files), NATS_TOKEN, NATS_USER and NATS_PASSWORD; NATS_CA, NATS_CERT and
 * NATS_KEY (files) for TLS.
 *
 * @param readFile reads a file that a variable names; what it throws is the caller's to explain
 */
export function natsCredentials(
  env: Environment,
  readFile: (variable: string, path: string) => Uint8Array,
): Credentials {
  return { ...identity(env, readFile), ...tls(env) };
}

function identity(
  env: Environment,
  readFile: (variable: string, path: string) => Uint8Array,
): Credentials {
  const { NATS_CREDS: creds, NATS_NKEY: nkey, NATS_TOKEN: token, NATS_USER: user } = env;
  if (isSet(creds)) return { authenticator: credsAuthenticator(readFile("NATS_CREDS", creds)) };
  if (isSet(nkey)) {
    const seed = new TextDecoder().decode(readFile("NATS_NKEY", nkey)).trim();
    return { authenticator: nkeyAuthenticator(new TextEncoder().encode(seed)) };
  }
  if (isSet(token)) return { token };
  if (isSet(user)) return { user, pass: env.NATS_PASSWORD ?? "" };
  return {};
}

function tls({ NATS_CA: ca, NATS_CERT: cert, NATS_KEY: key }: Environment): Credentials {
  if (!isSet(ca) && !isSet(cert)) return {};
  return {
    tls: {
      ...(isSet(ca) ? { caFile: ca } : {}),
      ...(isSet(cert) ? { certFile: cert } : {}),
      ...(isSet(key) ? { keyFile: key } : {}),
    },
  };
}

function isSet(value: string | undefined): value is string {
  return value !== undefined && value !== "";
}
