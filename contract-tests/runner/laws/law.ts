import type { DescMessage, Message } from "@bufbuild/protobuf";
import type { NatsConnection } from "@nats-io/nats-core";
import type {
  EventBinding,
  RequestBinding,
  StreamingBinding,
} from "../../../registry/core/binding/binding.ts";
import type { Generator } from "../../../registry/core/samples/messages.ts";
import type { Calls } from "../calls/calls.ts";
import type { ContractUnderTest } from "../contract.ts";
import type { Coverage } from "../coverage.ts";
import type { LiveEndpoint } from "../discovery.ts";
import type { KnownValues } from "../known-values.ts";
import type { HeardEvents } from "../observation.ts";
import type { Evidence, EvidenceKind, FailureDetail } from "../report.ts";
import type { Effect, EnvironmentClass } from "../safety.ts";
import type { SubjectSettings } from "../settings.ts";
import type { StreamHabits } from "../streams/habits.ts";

/** What every law has to work with. */
interface BenchBase {
  readonly nc: NatsConnection;
  /** In the `Charter-Probe` header of everything that is sent. */
  readonly runId: string;
  readonly contract: ContractUnderTest;
  readonly generator: Generator;
  /** Of this law on this binding. */
  readonly seed: number;
  /** How many samples are wanted of a law that takes random ones. */
  readonly samples: number;
  readonly settings: SubjectSettings;
  readonly coverage: Coverage;
  readonly environmentClass: EnvironmentClass;
}

/** One live rpc. */
export interface RpcBench extends BenchBase {
  readonly binding: RequestBinding | StreamingBinding;
  readonly input: DescMessage;
  /** The reply's or the frame's type. */
  readonly output: DescMessage;
  readonly endpoints: readonly LiveEndpoint[];
  readonly calls: Calls;
  /** Values that the services of the run have accepted before. */
  readonly known: KnownValues;
  /** What the laws before have seen of its streams. */
  readonly habits: StreamHabits;
  /** The largest payload that the server takes, in bytes. */
  readonly maxPayload: number;
}

export interface RequestBench extends RpcBench {
  readonly binding: RequestBinding;
}

export interface StreamingBench extends RpcBench {
  readonly binding: StreamingBinding;
}

/** One event. */
export interface EventBench extends BenchBase {
  readonly binding: EventBinding;
  readonly message: DescMessage;
  /** What is published counts as a call. */
  readonly calls: Calls;
  /** What was heard of it since the run began. */
  readonly heard: HeardEvents;
}

/** What a law found. The runner lowers a pass with too few samples to inconclusive. */
export type Finding = {
  readonly samples: number;
  readonly evidence: Evidence;
  /** Who published the events that were looked at, where they say so. */
  readonly publishedBy?: EvidenceKind;
} & (
  | { readonly verdict: "pass" }
  | { readonly verdict: "inconclusive" | "schema-bug" | "skipped"; readonly reason: string }
  | { readonly verdict: "fail" | "flaky"; readonly failure: FailureDetail }
);

/** What a law found that could not be tried at all. */
export function nothing(verdict: "inconclusive" | "skipped", reason: string): Finding {
  return { verdict, samples: 0, evidence: {}, reason };
}

interface LawBase {
  readonly id: string;
  readonly title: string;
  /** A pass on fewer samples is no evidence. */
  readonly minimum: number;
  readonly effect: Effect;
}

/** A promise that every binding of a kind makes. One file each. */
export type Law =
  | (LawBase & { readonly on: "rpc"; check(bench: RpcBench): Promise<Finding> })
  | (LawBase & { readonly on: "request"; check(bench: RequestBench): Promise<Finding> })
  | (LawBase & { readonly on: "streaming"; check(bench: StreamingBench): Promise<Finding> })
  | (LawBase & { readonly on: "event"; check(bench: EventBench): Promise<Finding> });

/** A law of one kind, for its file. */
export type RpcLaw = Extract<Law, { on: "rpc" }>;
export type RequestLaw = Extract<Law, { on: "request" }>;
export type StreamingLaw = Extract<Law, { on: "streaming" }>;
export type EventLaw = Extract<Law, { on: "event" }>;

/** A request with what it is sent on. */
export interface Probe {
  readonly subject: string;
  readonly message: Message;
  readonly payload: Uint8Array;
}
