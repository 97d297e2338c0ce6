import { CharterError } from "../errors/charter-error.ts";
import { CurveKey, isPublicCurveKey } from "./curve-key.ts";

/** Where the keys of an application come from. Seeds begin with `SX`, public keys with `X`. */
export interface PayloadKeyConfig {
  /**
   * The seed of this application. What is sealed for its public key opens with it, and others know
   * by it who sent something. While keys change there are several: the first seals, all open.
   */
  readonly own: string | readonly string[];
  /** The public keys of the services that it calls, by the module of their contract. */
  readonly services?: Readonly<Record<string, string>> | undefined;
  /**
   * The keys of events, by the module of their contract: a seed for who reads, the same for all
   * readers; the public key is enough to publish. Of several seeds the first seals, all open.
   */
  readonly events?: Readonly<Record<string, string | readonly string[]>> | undefined;
  /** The public keys whose requests and events are taken. Without it, everybody's. */
  readonly accept?: readonly string[] | undefined;
}

/** The keys of an application, for bindings whose payloads must be encrypted. Printing it is safe. */
export class PayloadKeys {
  readonly #own: readonly [CurveKey, ...CurveKey[]];
  readonly #services: ReadonlyMap<string, string>;
  readonly #events: ReadonlyMap<string, EventKeys>;
  readonly #accept: ReadonlySet<string> | null;

  /** Use `payloadKeys`. */
  constructor({ own, services = {}, events = {}, accept }: PayloadKeyConfig) {
    this.#own = curveKeys(own, "own");
    this.#services = new Map(
      Object.entries(services).map(([module, key]) => [
        module,
        publicKey(key, `services.${module}`),
      ]),
    );
    this.#events = new Map(
      Object.entries(events).map(([module, keys]) => [module, eventKeys(keys, `events.${module}`)]),
    );
    this.#accept =
      accept === undefined ? null : new Set(accept.map((key) => publicKey(key, "accept")));
  }

  /** What others enter as the key of this application: `X…`. */
  get publicKey(): string {
    return this.#own[0].publicKey;
  }

  /** What seals. */
  get own(): CurveKey {
    return this.#own[0];
  }

  /** What opens requests. */
  get requestKeys(): readonly CurveKey[] {
    return this.#own;
  }

  /** The public key of a module's services. */
  serviceKey(module: string): string | undefined {
    return this.#services.get(module);
  }

  /** The public key, and the keys that open; none where this application only publishes. */
  eventKeys(module: string): EventKeys | undefined {
    return this.#events.get(module);
  }

  accepts(sender: string): boolean {
    return this.#accept === null || this.#accept.has(sender);
  }

  toString(): string {
    return `PayloadKeys(${this.publicKey})`;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

export interface EventKeys {
  readonly publicKey: string;
  readonly open: readonly CurveKey[];
}

/**
 * Reads the keys of an application. Throws `invalid_argument` for what is no key; the error says
 * where, and never shows what stood there.
 */
export function payloadKeys(config: PayloadKeyConfig): PayloadKeys {
  return new PayloadKeys(config);
}

function eventKeys(keys: string | readonly string[], where: string): EventKeys {
  if (typeof keys === "string" && isPublicCurveKey(keys)) return { publicKey: keys, open: [] };
  const open = curveKeys(keys, where);
  return { publicKey: open[0].publicKey, open };
}

function curveKeys(seeds: string | readonly string[], where: string): [CurveKey, ...CurveKey[]] {
  const [first, ...rest] = typeof seeds === "string" ? [seeds] : seeds;
  const key = (seed: string | undefined) => new CurveKey(seed ?? "", where);
  return [key(first), ...rest.map(key)];
}

function publicKey(key: string, where: string): string {
  if (isPublicCurveKey(key)) return key;
  throw new CharterError(
    "invalid_argument",
    `${where} of the payload keys must be a public NATS curve key, which begins with X`,
  );
}
