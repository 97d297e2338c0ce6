import type { NatsMessage } from "../connection/connection.ts";
import type { Listener } from "../connection/subscription.ts";

/** One endpoint as ADR-32 describes it. Times are nanoseconds. */
export interface EndpointStats {
  readonly name: string;
  readonly subject: string;
  readonly queue_group: string;
  readonly num_requests: number;
  readonly num_errors: number;
  readonly last_error: string;
  readonly processing_time: number;
  readonly average_processing_time: number;
}

/** What a service tells about itself: ADR-32, "Micro Services". Metadata never changes. */
export interface ServiceDescription {
  readonly id: string;
  /** `[A-Za-z0-9_-]+`, because it is a token of the discovery subjects. */
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly started: Date;
  readonly endpoints: readonly {
    readonly name: string;
    readonly subject: string;
    readonly queue_group: string;
    readonly metadata: Readonly<Record<string, string>>;
  }[];
}

/** Answers `$SRV.PING`, `INFO` and `STATS`, each also with the service's name and its id. */
export function discoveryListeners(
  service: ServiceDescription,
  stats: () => readonly EndpointStats[],
  reply: (request: NatsMessage, payload: Uint8Array) => void,
): Listener[] {
  const { id, name, version, metadata, description, endpoints } = service;
  const identity = { id, name, version, metadata };
  const type = (kind: string) => `io.nats.micro.v1.${kind}_response`;
  const answers: readonly (readonly [verb: string, answer: () => object])[] = [
    ["PING", () => ({ type: type("ping"), ...identity })],
    ["INFO", () => ({ type: type("info"), ...identity, description, endpoints })],
    [
      "STATS",
      () => ({
        type: type("stats"),
        ...identity,
        started: service.started.toISOString(),
        endpoints: stats(),
      }),
    ],
  ];
  const encoder = new TextEncoder();
  return answers.flatMap(([verb, answer]) =>
    ["", `.${name}`, `.${name}.${id}`].map((suffix) => ({
      subject: `$SRV.${verb}${suffix}`,
      onMessage: (request: NatsMessage) => reply(request, encoder.encode(JSON.stringify(answer()))),
    })),
  );
}
