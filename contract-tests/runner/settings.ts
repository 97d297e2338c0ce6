import type { Place } from "../../registry/core/binding/binding.ts";

/** A place in a contract file. Both numbers are counted from 1. */
export interface FilePlace extends Place {
  readonly column: number;
}

/** What contract files add to what contracts say. Nothing of it is needed. */
export interface ContractSettings {
  /** By the binding's pattern. */
  readonly subjects: ReadonlyMap<string, SubjectSettings>;
  readonly knownFailing: readonly KnownFailing[];
  readonly shadow?: readonly ShadowSettings[];
}

export const noSettings: ContractSettings = { subjects: new Map(), knownFailing: [] };

/** What is expected of one binding beside its contract. */
export interface SubjectSettings {
  /** Where a contract file says so. */
  readonly place?: FilePlace;
  /** A field of the request that the reply repeats, as paths of proto names. */
  readonly correlate?: { readonly request: string; readonly reply: string };
  /** Fields of the reply that may differ when the same request comes again, as paths of proto names. */
  readonly repeat?: { readonly ignore: readonly string[] };
  /** Bounds in milliseconds; they are judged with that many samples, and are inconclusive below. */
  readonly latency?: LatencyBudget;
  /** What is called before the laws, so that the service is in a state that the examples need. */
  readonly given?: readonly ProviderState[];
  readonly examples?: readonly Example[];
  readonly streaming?: {
    readonly firstFrameMs?: number;
    readonly gapP99Ms?: number;
    /** Frames that may still come after a cancellation. */
    readonly framesAfterCancel?: number;
  };
  readonly event?: {
    /** How many of the newest events of the stream are read; all of them without it. */
    readonly last?: number;
    /** The path of a field by which events are in order. */
    readonly orderedBy?: string;
    /** The path of an integer field that rises by one with each event of a key. */
    readonly sequence?: string;
    readonly consumers?: readonly ConsumerSettings[];
  };
  /** Events that a granted request must lead to. */
  readonly flows?: readonly Flow[];
}

export interface LatencyBudget {
  readonly p50Ms?: number;
  readonly p95Ms?: number;
  readonly p99Ms?: number;
  readonly minimumSamples: number;
}

/** A request that puts a provider into a state: its pattern, and its message in proto3 JSON. */
export interface ProviderState {
  readonly place?: FilePlace;
  readonly call: string;
  readonly message: unknown;
}

export interface Example {
  readonly name: string;
  readonly place?: FilePlace;
  /** The request in proto3 JSON, or its exact bytes in base64. */
  readonly request: { readonly json: unknown } | { readonly base64: string };
  readonly expect: /** A CEL expression over `request` and `reply`. */
    | { readonly cel: string }
    /** One of these codes of WIRE: `not_found`. */
    | { readonly errors: readonly string[] };
}

export interface ConsumerSettings {
  readonly durable: string;
  /** What happens to an event that cannot be handled. */
  readonly poison: "terminate" | "dead-letter";
  readonly ackWithinMs: number;
}

/** A granted request leads to an event with an equal key. */
export interface Flow {
  /** The pattern of the event. */
  readonly event: string;
  readonly withinMs: number;
  /** The fields that are equal, as paths of proto names. */
  readonly key: { readonly request: string; readonly event: string };
}

/** The HTTP endpoint that a request on NATS replaces. */
export interface ShadowSettings {
  readonly place?: FilePlace;
  /** The pattern of the request. */
  readonly subject: string;
  readonly method: "POST" | "PUT" | "PATCH";
  readonly url: string;
  readonly body: "json" | "protobuf";
  /** Names of headers, each with the environment variable that holds its value. */
  readonly headersFromEnv: Readonly<Record<string, string>>;
  /** Fields of the reply in which the two may differ, as paths of proto names. */
  readonly ignore: readonly string[];
  /** Numeric fields of the reply, each with the difference that is allowed. */
  readonly tolerance: Readonly<Record<string, number>>;
  /** The part of replies that must be equal, between 0 and 1. */
  readonly minMatch: number;
  /** How many requests are sent; as many as `minMatch` needs without it. */
  readonly samples?: number;
}

/** A law that is known to be broken: it does not fail the run until its end date, and must not pass. */
export interface KnownFailing {
  readonly place?: FilePlace;
  /** The id of the law, or `*`. */
  readonly law: string;
  /** The binding's pattern as it is written, or `*`. */
  readonly subject: string;
  /** Where it is worked on: `GH-412`, or a URL. */
  readonly issue: string;
  /** `2027-01-31`; the last day on which it is known. */
  readonly until: string;
}
