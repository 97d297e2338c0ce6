import type { NatsConnection } from "@nats-io/nats-core";

/**
 * The functions of a test runner that a suite registers its tests with: those of vitest, or of
 * `node:test`, where `before` and `after` are the hooks.
 */
export interface TestRunner {
  describe(name: string, register: () => void): unknown;
  it(name: string, run: (context: TestContext) => void): unknown;
  beforeAll(run: () => Promise<void>, timeoutMs?: number): unknown;
  afterAll(run: () => Promise<void>, timeoutMs?: number): unknown;
}

/** What a test may do of itself. */
export interface TestContext {
  skip(note?: string): void;
}

/** What a suite tests, and how. */
export interface SuiteOptions {
  /**
   * Starts the service under test. It may use the connection, or one of its own to the address; what
   * it returns is stopped after the tests.
   */
  start(nc: NatsConnection, url: string): Promise<{ stop(): Promise<unknown> } | undefined>;
  /** Stub packages whose contracts are tested, as npm names: `@acme/shop`. No registry is needed. */
  readonly stubs?: readonly string[];
  /**
   * Stub packages of other releases of those in `stubs`, under the names that they are installed as:
   * `@acme/shop-1.2` for `npm:@acme/shop@1.2.3`. Laws R8, R9, E7 and E8 try their messages.
   */
  readonly otherReleases?: readonly string[];
  /** Modules whose contracts are fetched from a registry: `acme/shop` or `acme/shop@1.4.0`. */
  readonly modules?: readonly string[];
  /** The registry's address: `CHARTER_URL` without it. */
  readonly registry?: string;
  /** The patterns to test, as the contracts write them: all without it. */
  readonly subjects?: readonly string[];
  /**
   * Stub packages whose subjects are used on the server, too, and not tested: with them the contracts
   * are all that there are. Without it nothing else is on a server that the suite has started, and
   * nobody knows of any other server, so that law D1 is skipped there.
   */
  readonly beside?: readonly string[];
  /** Contract files, with paths from the working folder. */
  readonly files?: readonly string[];
  /** The ids of the laws to try: all that apply without it. */
  readonly laws?: readonly string[];
  /** The address of a NATS server. A nats-server is started for the suite without it. */
  readonly nats?: string;
  /**
   * The program that is started: `NATS_SERVER`, or `nats-server` on the PATH, without it.
   */
  readonly natsServer?: string;
  /**
   * What may be done. Without it everything on a server that the suite has started, and on any other
   * one only what has no side effects.
   */
  readonly environmentClass?: "production" | "staging" | "ephemeral";
  /** Of the random choices: the same seed gives the same cases. 1 without it. */
  readonly seed?: number;
  /** Random messages of the laws that take them; never fewer than each law's minimum. */
  readonly samples?: number;
  /** Milliseconds for all laws together: 120,000 without it. */
  readonly budgetMs?: number;
  /** What too little evidence is: a failed test without it. */
  readonly inconclusive?: "fail" | "skip";
}

/**
 * Registers a test for each law on each subject of the contracts, and for those of the whole account.
 * Rejects, before there is a test, when
 * a contract cannot be had or a contract file is wrong.
 */
export type ContractSuite = (runner: TestRunner, options: SuiteOptions) => Promise<void>;
