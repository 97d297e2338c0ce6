/**
 * What this package uses of a NATS connection: the part that `@nats-io/transport-node` 3.x and
 * `nats` 2.29 have in common. A connection of either can be passed as it is.
 */
export interface Connection {
  publish(subject: string, payload?: Uint8Array, options?: PublishSettings): void;
  request(subject: string, payload?: Uint8Array, options?: RequestSettings): Promise<NatsMessage>;
  subscribe(subject: string, options?: SubscribeSettings): NatsSubscription;
  flush(): Promise<void>;
  isClosed(): boolean;
  /** Resolves when it is. */
  closed(): Promise<unknown>;
  /** What happens to the connection: `disconnect`, `reconnect` and others. */
  status(): AsyncIterable<{ readonly type: string }>;
}

export interface PublishSettings {
  headers?: MessageHeaders;
  reply?: string;
}

export interface RequestSettings {
  timeout: number;
  headers?: MessageHeaders;
}

export interface SubscribeSettings {
  queue?: string;
  callback?: (error: Error | null, message: NatsMessage) => void;
}

export interface NatsSubscription {
  /** Resolves when the subscription ends, also because its connection does. */
  readonly closed: Promise<unknown>;
  unsubscribe(): void;
  drain(): Promise<void>;
}

export interface NatsMessage {
  readonly subject: string;
  readonly reply?: string;
  readonly data: Uint8Array;
  readonly headers?: MessageHeaders;
}

/** Headers of a message. Names are case-sensitive; `get` gives "" for what is not there. */
export interface MessageHeaders {
  /** What the server itself says with a message, such as 503 when nobody listens; else 0. */
  readonly code: number;
  get(name: string): string;
  has(name: string): boolean;
  set(name: string, value: string): void;
  keys(): string[];
}
