import { connect as connect3 } from "@nats-io/transport-node";
import { connect as connect2 } from "nats";
import type { Connection, PublishSettings } from "../src/connection/connection.ts";
import type { ConnectionSettings } from "../src/connection/connection-settings.ts";

/** A connection that a test closes, and that can send what no stub sends. */
export interface TestConnection extends Connection {
  publish(subject: string, payload?: Uint8Array, options?: RawSettings): void;
  close(): Promise<void>;
}

export interface RawSettings extends PublishSettings {
  reply?: string;
}

export interface ConnectOptions extends Partial<ConnectionSettings> {
  readonly servers: string;
  readonly user?: string;
  readonly pass?: string;
}

/** Both clients that the runtime promises to work with. */
export const clients: readonly {
  readonly client: string;
  readonly connect: (options: ConnectOptions) => Promise<TestConnection>;
}[] = [
  { client: "@nats-io/transport-node", connect: (options) => connect3(options) },
  { client: "nats 2.29", connect: (options) => connect2(options) },
];
