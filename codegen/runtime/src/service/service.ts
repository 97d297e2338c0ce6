import type { DescMessage } from "@bufbuild/protobuf";
import { nuid } from "@nats-io/nats-core";
import type { Connection, NatsMessage } from "../connection/connection.ts";
import { type FailureListener, printFailure } from "../connection/failures.ts";
import { type Listener, listen } from "../connection/subscription.ts";
import {
  type RequestContract,
  type ServiceContract,
  type StreamingContract,
  schemaStamp,
} from "../contract/contract.ts";
import { CharterError } from "../errors/charter-error.ts";
import { decode, decodeUnchecked } from "../payload/codec.ts";
import { clearOpener } from "../payload/packing.ts";
import type { PayloadKeys } from "../payload/payload-keys.ts";
import { requestReceiver } from "../payload/request-coder.ts";
import { discoveryListeners, type EndpointStats, type ServiceDescription } from "./discovery.ts";
import {
  type HandlerContext,
  isReplySubject,
  ServiceCall,
  type UnaryHandler,
} from "./service-call.ts";
import { EndpointCounts } from "./service-counts.ts";

/** Answers a server-streaming rpc. */
export type StreamingHandler<S extends StreamingContract> =
  S extends StreamingContract<infer I, infer O>
    ? (
        request: Parameters<UnaryHandler<I, O>>[0],
        context: HandlerContext,
      ) => AsyncIterable<Awaited<ReturnType<UnaryHandler<I, O>>>>
    : never;

type StreamingNames<S extends ServiceContract> = {
  [K in keyof S["methods"]]: S["methods"][K] extends StreamingContract ? K : never;
}[keyof S["methods"]];

/** One handler for each rpc of a contract. Those of streaming rpcs may be absent. */
export type Handlers<S extends ServiceContract> = {
  readonly [K in Exclude<
    keyof S["methods"],
    StreamingNames<S>
  >]: S["methods"][K] extends RequestContract<infer I, infer O> ? UnaryHandler<I, O> : never;
} & {
  readonly [K in StreamingNames<S>]?: S["methods"][K] extends StreamingContract
    ? StreamingHandler<S["methods"][K]>
    : never;
};

/** Whether a service is the real one, or stands in for it: the oracle of a test, or a mock. */
export type Evidence = "real" | "reference" | "mock";

export interface ServeOptions {
  /** For rpcs whose contract demands encryption. */
  readonly keys?: PayloadKeys | undefined;
  /** The semver of what serves; without it, that of the contract's release. */
  readonly version?: string | undefined;
  readonly description?: string | undefined;
  /**
   * `false` hands requests to handlers that break the rules of their contract: for a service that
   * only trusted callers reach, and that needs each microsecond.
   */
  readonly validateRequests?: boolean | undefined;
  /** Told to whoever looks the service up. `real` without it. */
  readonly evidence?: Evidence | undefined;
  /** Sees exceptions of handlers, and requests that cannot be answered. */
  readonly onError?: FailureListener | undefined;
}

export interface RunningService {
  /** The name in `$SRV` subjects: `bodybroker-npc-v1-NpcBehaviorService`. */
  readonly name: string;
  /** Of this instance. */
  readonly id: string;
  stats(): readonly EndpointStats[];
  /** Takes no more requests, and resolves when those in hand are answered. */
  stop(): Promise<void>;
}

/**
 * Serves the rpcs of a contract, and resolves once the server routes requests here. Rejects with
 * `permission_denied` when the connection may not subscribe, with `failed_precondition` when the
 * contract demands keys that are not there, and with `unimplemented` for handlers of streaming rpcs.
 */
export async function serve<S extends ServiceContract>(
  nc: Connection,
  contract: S,
  handlers: NoInfer<Handlers<S>>,
  options: ServeOptions = {},
): Promise<RunningService> {
  const onError = options.onError ?? printFailure;
  const work = servedMethods(contract, handlers).map(({ method, handler }) => {
    const counts = new EndpointCounts(method);
    const endpoint = {
      nc,
      method,
      handler,
      decodeRequest: options.validateRequests === false ? decodeUnchecked : decode,
      receive: requestReceiver(method, options.keys),
      openClear: clearOpener({
        where: method.rpc,
        policy: method.policy,
        code: "invalid_argument",
      }),
      stamp: schemaStamp(contract.release),
      onError,
      onEnd: counts.end,
    };
    return { method, counts, listener: endpointListener(endpoint, counts, onError) };
  });
  const service = describe(
    contract,
    work.map(({ method }) => method),
    options,
  );
  const stats = () => work.map(({ counts }) => counts.stats());
  const discovery = discoveryListeners(service, stats, (request, payload) => {
    if (isReplySubject(request.reply)) nc.publish(request.reply ?? "", payload);
  });
  const endpoints = await listen(
    nc,
    work.map(({ listener }) => listener),
    onError,
  );
  // A service that may not be discovered still serves.
  const discoverable = await listen(nc, discovery, onError).catch((error: unknown) => {
    onError(error, service.name);
    return null;
  });
  return {
    name: service.name,
    id: service.id,
    stats,
    async stop() {
      await endpoints.drain();
      await Promise.all(work.map(({ counts }) => counts.idle()));
      await discoverable?.drain();
      // The last replies are in the connection's buffer; a closed connection has none.
      await nc.flush().catch(() => {});
    },
  };
}

interface ServedMethod {
  readonly method: RequestContract;
  readonly handler: UnaryHandler<DescMessage, DescMessage>;
}

function servedMethods(contract: ServiceContract, handlers: object): ServedMethod[] {
  const byName = handlers as Readonly<Record<string, unknown>>;
  return Object.entries(contract.methods).flatMap(([name, method]) => {
    const handler = byName[name];
    if (method.kind === "streaming") {
      if (handler === undefined) return [];
      throw new CharterError(
        "unimplemented",
        `${method.rpc} is a streaming rpc, which this version of the runtime cannot serve; leave its handler out`,
      );
    }
    if (typeof handler !== "function") {
      throw new CharterError(
        "invalid_argument",
        `${method.rpc} has no handler; expected ${name}()`,
      );
    }
    // Handlers may be methods of an object that use `this`.
    return [{ method, handler: handler.bind(handlers) }];
  });
}

function endpointListener(
  endpoint: ConstructorParameters<typeof ServiceCall>[0],
  counts: EndpointCounts,
  onError: FailureListener,
): Listener {
  const { method } = endpoint;
  return {
    subject: method.subject.wildcard,
    queue: method.queueGroup,
    onMessage(message: NatsMessage) {
      if (isReplySubject(message.reply)) {
        counts.begin();
        new ServiceCall(endpoint, message).run();
        return;
      }
      const error = new CharterError(
        "invalid_argument",
        `a request without a reply subject of the form _INBOX.… or _R_.… was dropped`,
      );
      counts.refuse(error);
      onError(error, method.rpc);
    },
  };
}

function describe(
  contract: ServiceContract,
  methods: readonly RequestContract[],
  options: ServeOptions,
): ServiceDescription {
  const { module, semver, digest } = contract.release;
  return {
    id: nuid.next(),
    name: contract.typeName.replaceAll(".", "-"),
    version: options.version ?? semver,
    description: options.description ?? `${contract.typeName} of ${module}`,
    metadata: {},
    started: new Date(),
    endpoints: methods.map((method) => ({
      name: method.name,
      subject: method.subject.wildcard,
      queue_group: method.queueGroup,
      metadata: {
        "charter.module": module,
        "charter.version": semver,
        "charter.digest": digest,
        "charter.rpc": method.rpc,
        "charter.evidence": options.evidence ?? "real",
      },
    })),
  };
}
