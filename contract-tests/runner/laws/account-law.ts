import type { NatsConnection } from "@nats-io/nats-core";
import type { Binding, EventBinding } from "../../../registry/core/binding/binding.ts";
import type { ContractUnderTest } from "../contract.ts";
import type { LiveEndpoint } from "../discovery.ts";
import type { HeardEvents } from "../observation.ts";
import type { ModuleResult } from "../report.ts";
import type { Finding } from "./law.ts";

/** What a whole account shows, beside what its bindings do. */
export interface AccountBench {
  readonly nc: NatsConnection;
  readonly contracts: readonly ContractUnderTest[];
  /** What they declare, and contracts beside them that are not tested. */
  readonly declared: readonly Binding[];
  /** Whether nothing else is declared. */
  readonly isWholeEstate: boolean;
  readonly endpoints: readonly LiveEndpoint[];
  /** What came of the contracts' bindings. */
  readonly modules: readonly ModuleResult[];
  heard(binding: EventBinding): HeardEvents;
}

/** A promise that all contracts make together. One file each. */
export interface AccountLaw {
  readonly id: string;
  readonly title: string;
  /** A pass on fewer samples is no evidence. */
  readonly minimum: number;
  readonly effect: "observes";
  check(bench: AccountBench): Promise<Finding>;
}
