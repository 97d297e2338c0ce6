import type { NatsConnection } from "@nats-io/nats-core";
import type { ContractUnderTest } from "../runner/contract.ts";
import type { RunOptions } from "../runner/run.ts";

/** A row of the fault table: services that keep their contract, and the same with one fault. */
export interface PlantedFault {
  /** The id of the law that finds it. No other law may fail. */
  readonly law: string;
  /** What is wrong, after "a service that": `answers twice`. */
  readonly fault: string;
  /**
   * What is under test. It holds only bindings that `start` serves, because a law is
   * inconclusive where nothing is live.
   */
  contracts(): Promise<readonly ContractUnderTest[]>;
  /** How it is run: a seed, samples and settings of its own. */
  readonly options?: Partial<RunOptions>;
  /** Starts what is tested, with that one fault or without any. The server has JetStream. */
  start(nc: NatsConnection, isFaulty: boolean): Promise<RunningServices>;
}

export interface RunningServices {
  stop(): Promise<void>;
}
