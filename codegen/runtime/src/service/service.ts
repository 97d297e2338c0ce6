import type { DescMessage } from "@bufbuild/protobuf";
import { nuid } from "@nats-io/nats-core";
import type { Connection, NatsMessage } from "../connection/connection.ts";
import { type FailureListener, printFailure } from "../connection/failures.ts";
import { type Listener, listen } from "../connection/subscription.ts";
import {
  type MethodContract,
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
import { prepareRules } from "../rules/validation.ts";
import { callerSilenceMs as usualSilenceMs } from "../streaming/control.ts";
import { StreamingCall, type StreamingHandler } from "../streaming/streaming-call.ts";
import { StreamingCalls } from "../streaming/streaming-calls.ts";
import { observeRequests } from "../telemetry/observe-requests.ts";
import { discoveryListeners, type EndpointStats, type ServiceDescription } from "./discovery.ts";
import type { CallEnd } from "./incoming-request.ts";
import { isReplySubject, ServiceCall, type UnaryHandler } from "./service-call.ts";
import { EndpointCounts } from "./service-counts.ts";

/** One handler for each rpc of a contract. */
export type Handlers<S extends ServiceContract> = {
  readonly [K in keyof S["methods"]]: S["methods"][K] extends RequestContract<infer I, infer O>
    ? UnaryHandler<I, O>
    : S["methods"][K] extends StreamingContract<infer I, infer O>
      ? StreamingHandler<I, O>
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
  /** What `$SRV.INFO` says of the service beside that. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  /** Sees exceptions of handlers, and requests that cannot be answered. */
  readonly onError?: FailureListener | undefined;
  readonly streaming?: StreamingLimits | undefined;
}

/** How long a service puts up with things, in milliseconds. */
export interface StreamingLimits {
  /**
   * How long a caller may be silent before it counts as gone: 15000 without it. Callers say
   * something every 5 s at least.
   */
  readonly callerSilenceMs?: number | undefined;
  /** How long calls may go on after `stop()`, before they end with `unavailable`: 5000 without it. */
  readonly stopGraceMs?: number | undefined;
}

export interface RunningService {
  /** The name in `$SRV` subjects: `bodybroker-npc-v1-NpcBehaviorService`. */
  readonly name: string;
  /** Of this instance. */
  readonly id: string;
  stats(): readonly EndpointStats[];
  /**
   * Takes no more requests, and resolves when those in hand are answered. Streaming calls may go on
   * for a while, then they end with `unavailable`.
   */
  stop(): Promise<void>;
}

/**
 * Serves the rpcs of a contract, and resolves once the server routes requests here. Rejects with
 * `permission_denied` when the connection may not subscribe, and with `failed_precondition` when the
 * contract demands keys that are not there.
 */
export async function serve<S extends ServiceContract>(
  nc: Connection,
  contract: S,
  handlers: NoInfer<Handlers<S>>,
  options: ServeOptions = {},
): Promise<RunningService> {
  const onError = options.onError ?? printFailure;
  const id = nuid.next();
  const calls = new StreamingCalls(id, onError);
  const work = servedMethods(contract, handlers).map((served) => {
    const counts = new EndpointCounts(served.method);
    const take = taker(served, { nc, contract, options, calls, onError, onEnd: counts.end });
    return { ...served, counts, listener: endpointListener(served.method, take, counts, onError) };
  });
  const idle = (kind: Served["kind"]) =>
    Promise.all(work.map((each) => (each.kind === kind ? each.counts.idle() : null)));
  const methods = work.map(({ method }) => method);
  if (options.validateRequests !== false) for (const { input } of methods) prepareRules(input);
  const service = describe(contract, id, methods, options);
  const stats = () => work.map(({ counts }) => counts.stats());
  const discovery = discoveryListeners(service, stats, (request, payload) => {
    if (isReplySubject(request.reply)) nc.publish(request.reply ?? "", payload);
  });
  const streams = methods.some(({ kind }) => kind === "streaming");
  const controls = await listen(nc, streams ? [calls.listener()] : [], onError);
  const endpoints = await listen(
    nc,
    work.map(({ listener }) => listener),
    onError,
  );
  // Without its connection a service neither hears nor reaches anybody.
  void controls.closed.then(() => calls.abort());
  // A service that may not be discovered still serves.
  const discoverable = await listen(nc, discovery, onError).catch((error: unknown) => {
    onError(error, service.name);
    return null;
  });
  return {
    name: service.name,
    id,
    stats,
    async stop() {
      await endpoints.drain();
      const { stopGraceMs = 5000 } = options.streaming ?? {};
      await Promise.all([idle("request"), calls.stop(idle("streaming"), stopGraceMs)]);
      await Promise.all([controls.drain(), discoverable?.drain()]);
      // The last replies are in the connection's buffer; a closed connection has none.
      await nc.flush().catch(() => {});
    },
  };
}

type Served =
  | {
      readonly kind: "request";
      readonly method: RequestContract;
      readonly handler: UnaryHandler<DescMessage, DescMessage>;
    }
  | {
      readonly kind: "streaming";
      readonly method: StreamingContract;
      readonly handler: StreamingHandler<DescMessage, DescMessage>;
    };

function servedMethods(contract: ServiceContract, handlers: object): Served[] {
  const byName = handlers as Readonly<Record<string, unknown>>;
  return Object.entries(contract.methods).map(([name, method]) => {
    const handler = byName[name];
    if (typeof handler !== "function") {
      throw new CharterError(
        "invalid_argument",
        `${method.rpc} has no handler; expected ${name}()`,
      );
    }
    // Handlers may be methods of an object that use `this`.
    const bound = handler.bind(handlers);
    return method.kind === "request"
      ? { kind: "request", method, handler: bound }
      : { kind: "streaming", method, handler: bound };
  });
}

interface Surroundings {
  readonly nc: Connection;
  readonly contract: ServiceContract;
  readonly options: ServeOptions;
  readonly calls: StreamingCalls;
  readonly onError: FailureListener;
  readonly onEnd: CallEnd;
}

/** What is done with a request. */
function taker(
  served: Served,
  { nc, contract, options, calls, onError, onEnd }: Surroundings,
): (request: NatsMessage) => void {
  const { rpc, policy } = served.method;
  const base = {
    nc,
    decodeRequest: options.validateRequests === false ? decodeUnchecked : decode,
    receive: requestReceiver(served.method, options.keys),
    openClear: clearOpener({ where: rpc, policy, code: "invalid_argument" }),
    stamp: schemaStamp(contract.release),
    onError,
    onEnd,
  };
  if (served.kind === "request") {
    const endpoint = { ...base, method: served.method, handler: served.handler };
    const observed = observeRequests(served.method, endpoint);
    return (request) => new ServiceCall(observed(request), request).run();
  }
  const callerSilenceMs = options.streaming?.callerSilenceMs ?? usualSilenceMs;
  const endpoint = {
    ...base,
    method: served.method,
    handler: served.handler,
    calls,
    callerSilenceMs,
  };
  const observed = observeRequests(served.method, endpoint);
  return (request) => void new StreamingCall(observed(request), request).run();
}

function endpointListener(
  method: MethodContract,
  take: (request: NatsMessage) => void,
  counts: EndpointCounts,
  onError: FailureListener,
): Listener {
  return {
    subject: method.subject.wildcard,
    queue: method.queueGroup,
    onMessage(request: NatsMessage) {
      if (isReplySubject(request.reply)) {
        counts.begin();
        take(request);
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
  id: string,
  methods: readonly MethodContract[],
  options: ServeOptions,
): ServiceDescription {
  const { module, semver, digest } = contract.release;
  return {
    id,
    name: contract.typeName.replaceAll(".", "-"),
    version: options.version ?? semver,
    description: options.description ?? `${contract.typeName} of ${module}`,
    metadata: options.metadata ?? {},
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
