import type { DescMessage, Message } from "@bufbuild/protobuf";
import type { RequestBinding } from "../../../registry/core/binding/binding.ts";
import type { Generator } from "../../../registry/core/samples/messages.ts";
import type { Calls } from "../calls.ts";
import type { LiveEndpoint } from "../discovery.ts";
import type { KnownValues } from "../known-values.ts";
import type { Evidence, FailureDetail } from "../report.ts";

/** What a law has to work with: one live binding. */
export interface Bench {
  readonly binding: RequestBinding;
  readonly generator: Generator;
  readonly input: DescMessage;
  readonly output: DescMessage;
  readonly endpoints: readonly LiveEndpoint[];
  readonly calls: Calls;
  /** Values that the services of the run have accepted before. */
  readonly known: KnownValues;
  /** Of this law on this binding. */
  readonly seed: number;
  /** How many samples are wanted of a law that takes random ones. */
  readonly samples: number;
  /** The largest payload that the server takes, in bytes. */
  readonly maxPayload: number;
}

/** What a law found. The runner lowers a pass with too few samples to inconclusive. */
export type Finding = { readonly samples: number; readonly evidence: Evidence } & (
  | { readonly verdict: "pass" }
  | { readonly verdict: "inconclusive" | "schema-bug" | "skipped"; readonly reason: string }
  | { readonly verdict: "fail"; readonly failure: FailureDetail }
);

/** A promise that every request binding makes. One file each. */
export interface Law {
  readonly id: string;
  readonly title: string;
  /** A pass on fewer samples is no evidence. */
  readonly minimum: number;
  check(bench: Bench): Promise<Finding>;
}

/** A request with what it is sent on. */
export interface Probe {
  readonly subject: string;
  readonly message: Message;
  readonly payload: Uint8Array;
}
