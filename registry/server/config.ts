import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { natsCredentials } from "../api/nats-credentials.ts";
import { ConfigError } from "./config-error.ts";
import { readWatchConfig, type WatchConfig } from "./watch-config.ts";

/** How the registry was told to run. */
export interface Config {
  readonly host: string;
  /** 0 stands for any free port. */
  readonly port: number;
  readonly dataDir: string;
  /** SHA-256 of the token that writing asks for, or null when anyone on this machine may write. */
  readonly writeTokenHash: Buffer | null;
  readonly nats: NatsConfig | null;
  readonly npm: { readonly url: string; readonly token: string } | null;
  readonly watch: WatchConfig;
  readonly logLevel: string;
}

export interface NatsConfig {
  /** One address, or several with commas between. */
  readonly url: string;
  readonly allowOldServer: boolean;
  /** None for a server that lets everyone in. */
  readonly credentials?: ReturnType<typeof natsCredentials>;
}

const loopback = new Set(["127.0.0.1", "::1", "localhost"]);
const levels = ["fatal", "error", "warn", "info", "debug", "trace", "silent"];

/**
 * Reads the configuration from the environment; nobody else reads it. An empty value counts as
 * unset. `registry/docs/configuration.md` lists the settings.
 *
 * @throws ConfigError with every problem
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const problems: string[] = [];
  const get = (name: string) => (env[name] === "" ? undefined : env[name]);
  const refuse = (text: string) => problems.push(text);

  const host = get("CHARTER_HTTP_HOST") ?? "127.0.0.1";
  const portText = get("CHARTER_HTTP_PORT") ?? "4280";
  const port = Number(portText);
  if (!/^[0-9]{1,5}$/.test(portText) || port > 65535) {
    refuse(`CHARTER_HTTP_PORT is "${portText}"; expected a port from 0 to 65535`);
  }
  const token = get("CHARTER_TOKEN");
  if (token !== undefined && token.length < minTokenLength) {
    refuse(
      `CHARTER_TOKEN has ${token.length} characters; expected at least ${minTokenLength}, such as the output of \`openssl rand -hex 24\``,
    );
  }
  if (!loopback.has(host) && token === undefined) {
    refuse(
      `CHARTER_HTTP_HOST is "${host}", which others can reach, and CHARTER_TOKEN is not set; set the token that writing asks for`,
    );
  }
  const natsUrl = get("NATS_URL");
  // A NATS client takes several addresses, separated by commas.
  const natsUrls = natsUrl?.split(",") ?? [];
  if (!natsUrls.every(isNatsUrl)) {
    refuse(
      `NATS_URL is "${withoutPassword(natsUrl ?? "")}"; expected an address such as nats://127.0.0.1:4222`,
    );
  }
  const npmUrl = get("CHARTER_NPM_URL");
  const npmToken = get("CHARTER_NPM_TOKEN");
  if (npmUrl !== undefined && !isUrl(npmUrl, ["http:", "https:"])) {
    refuse(
      `CHARTER_NPM_URL is "${withoutPassword(npmUrl)}"; expected an address such as http://127.0.0.1:4873`,
    );
  }
  if (npmUrl !== undefined && npmToken === undefined) {
    refuse(
      "CHARTER_NPM_URL is set and CHARTER_NPM_TOKEN is not; set the token that publishes there",
    );
  }
  const logLevel = get("CHARTER_LOG_LEVEL") ?? "info";
  if (!levels.includes(logLevel)) {
    refuse(`CHARTER_LOG_LEVEL is "${logLevel}"; expected one of ${levels.join(", ")}`);
  }
  const allowOld = get("CHARTER_ALLOW_OLD_NATS") ?? "false";
  if (allowOld !== "true" && allowOld !== "false") {
    refuse(`CHARTER_ALLOW_OLD_NATS is "${allowOld}"; expected true or false`);
  }
  const readFile = fileReader(refuse);
  const credentials = natsCredentials(env, readFile);
  const watch = readWatchConfig({ get, refuse, isNatsUrl, readFile });
  if (problems.length > 0) throw new ConfigError(problems);
  return {
    host,
    port,
    dataDir: get("CHARTER_DATA") ?? ".charter/registry",
    writeTokenHash: token === undefined ? null : hashToken(token),
    nats:
      natsUrl === undefined
        ? null
        : { url: natsUrl, allowOldServer: allowOld === "true", credentials },
    npm: npmUrl === undefined ? null : { url: npmUrl, token: npmToken ?? "" },
    watch,
    logLevel,
  };
}

const minTokenLength = 16;

/** A token as it is kept: what leaks from memory or a log is no token. */
export function hashToken(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}

/** An address as it may be shown: what stands before an `@` can be a secret. */
export function withoutPassword(url: string): string {
  return url.replace(/\/\/[^/,]*@/g, "//…@");
}

/** Reads a file that a variable names; one that cannot be read is a problem like others. */
function fileReader(refuse: (problem: string) => void) {
  return (variable: string, path: string): Uint8Array => {
    try {
      return readFileSync(path);
    } catch {
      refuse(`${variable} is "${path}", which cannot be read; it must name a file`);
      return new Uint8Array();
    }
  };
}

function isNatsUrl(text: string): boolean {
  return isUrl(text, ["nats:", "tls:", "ws:", "wss:"]);
}

function isUrl(text: string, protocols: readonly string[]): boolean {
  return URL.canParse(text) && protocols.includes(new URL(text).protocol);
}
