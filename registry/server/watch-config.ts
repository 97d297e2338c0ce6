import { natsCredentials } from "../api/nats-credentials.ts";
import { environmentForm, isEnvironment } from "../core/deployment/deployment.ts";

/** What the registry looks at. Times are ms. */
export interface WatchConfig {
  readonly environments: readonly WatchedNats[];
  /** The pause between two looks. */
  readonly everyMs: number;
  /** How long looks must have missed what was seen before, until it is forgotten. */
  readonly forgetAfterMs: number;
}

/** The NATS of an environment. */
export interface WatchedNats {
  readonly environment: string;
  /** One address, or several with commas between. */
  readonly url: string;
  readonly credentials: ReturnType<typeof natsCredentials>;
}

interface Reading {
  readonly get: (name: string) => string | undefined;
  readonly refuse: (problem: string) => void;
  readonly isNatsUrl: (text: string) => boolean;
  readonly readFile: (variable: string, path: string) => Uint8Array;
}

const credentialNames = ["CREDS", "NKEY", "TOKEN", "USER", "PASSWORD", "CA", "CERT", "KEY"];

/**
 * Reads CHARTER_WATCH, `prod=nats://10.0.0.1:4222,staging=nats://10.1.0.1:4222`, with what belongs
 * to it. An address without a name is one more of the environment before it.
 */
export function readWatchConfig(reading: Reading): WatchConfig {
  const { get, refuse } = reading;
  const every = { name: "CHARTER_WATCH_EVERY_MS", text: get("CHARTER_WATCH_EVERY_MS") };
  const forget = { name: "CHARTER_WATCH_FORGET_MS", text: get("CHARTER_WATCH_FORGET_MS") };
  return {
    environments: [...environmentsOf(reading)].map(([environment, url]) => ({
      environment,
      url,
      credentials: credentialsOf(environment, reading),
    })),
    everyMs: milliseconds(every, 15_000, 500, refuse),
    forgetAfterMs: milliseconds(forget, 300_000, 0, refuse),
  };
}

function environmentsOf({ get, refuse, isNatsUrl }: Reading): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const text = get("CHARTER_WATCH");
  let environment: string | null = null;
  for (const part of text?.split(",") ?? []) {
    const [, name, url] = /^(?:([^=:/]*)=)?(.*)$/s.exec(part) ?? [];
    const isNext = name !== undefined;
    if (isNext) environment = name;
    if (environment === null || !isEnvironment(environment)) {
      refuse(
        `CHARTER_WATCH names the environment "${environment ?? ""}"; expected <environment>=<address>, the name of the form ${environmentForm}`,
      );
      return new Map();
    }
    if (isNext && found.has(environment)) {
      refuse(`CHARTER_WATCH names the environment "${environment}" twice; expected each once`);
    }
    if (!isNatsUrl(url ?? "")) {
      refuse(
        `CHARTER_WATCH has no NATS address for "${environment}"; expected one such as ${environment}=nats://10.0.0.1:4222`,
      );
    }
    found.set(environment, isNext ? `${url}` : `${found.get(environment)},${url}`);
  }
  return found;
}

/** `CHARTER_WATCH_PROD_EU_CREDS` and so on, as NATS_CREDS and the like are for the registry's own. */
function credentialsOf(environment: string, { get, readFile }: Reading) {
  const prefix = `CHARTER_WATCH_${environment.toUpperCase().replaceAll("-", "_")}`;
  const own = credentialNames.map((name) => [`NATS_${name}`, get(`${prefix}_${name}`)] as const);
  return natsCredentials(Object.fromEntries(own), (variable, path) =>
    readFile(variable.replace("NATS", prefix), path),
  );
}

const day = 86_400_000;

function milliseconds(
  { name, text = "" }: { readonly name: string; readonly text: string | undefined },
  usual: number,
  min: number,
  refuse: (problem: string) => void,
): number {
  const value = text === "" ? usual : Number(text);
  if (!/^[0-9]{0,9}$/.test(text) || value < min || value > day) {
    refuse(`${name} is "${text}"; expected ${min} to ${day} milliseconds`);
  }
  return value;
}
