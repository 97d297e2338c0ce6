import type { NatsConnection } from "@nats-io/nats-core";
import type { ContractUnderTest } from "../runner/contract.ts";
import type { Verdict } from "../runner/report.ts";
import type { RunOptions } from "../runner/run.ts";

/** A row of the fault table: something that keeps a law, and the same with one fault. */
export type FaultRow = PlantedFault | JudgedFault;

interface NamedFault {
  /** The id of the law that finds it. No other law may fail. */
  readonly law: string;
  /** What is wrong, after "a service that" or who else it is: `answers twice`. */
  readonly fault: string;
}

/** Services that keep their contract, and the same with one fault, for a run of all laws. */
export interface PlantedFault extends NamedFault {
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

/** Something else, which is judged by who judges it outside of a run: the gate, `contract client`. */
export interface JudgedFault extends NamedFault {
  readonly who: "release" | "client" | "consumer" | "replacement";
  /** @param nats a connection to a server of the row's own, for laws that need one */
  judge(isFaulty: boolean, nats: () => Promise<NatsConnection>): Promise<Judged>;
}

/** What a row came to, with its fault or without. */
export interface Judged {
  /** The worst verdict of the row's law. */
  readonly verdict: Verdict | "not tried";
  /** The ids of the laws that failed, each once. */
  readonly failed: readonly string[];
  /** What neither passed nor was skipped, as `R2 inconclusive: the reason`. */
  readonly unproven: readonly string[];
  /** The smallest case of the row's law on a line, or null when it kept its promise. */
  readonly smallest: string | null;
}
