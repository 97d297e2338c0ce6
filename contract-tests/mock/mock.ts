import type { Connection } from "@charter-nats/runtime";
import { createGenerator, type Generator } from "../../registry/core/samples/messages.ts";
import { type ContractUnderTest, linkSchema, messageType } from "../runner/contract.ts";
import { createFaultChoice, type FaultSettings } from "./faults.ts";
import { faultyConnection } from "./faulty-connection.ts";
import { publishEvents } from "./mocked-events.ts";
import { faultyRpc, serveRpcs, servicesOf } from "./mocked-rpcs.ts";

export interface MockOptions {
  /** Chooses replies and events. The same seed gives the same ones. */
  readonly seed?: number;
  /** How often each event is published: 5 without it, and 0 publishes none. */
  readonly eventsPerSecond?: number;
  /** What goes wrong; nothing without it. */
  readonly faults?: FaultSettings;
  /** Sees events that could not be published. */
  readonly onError?: (error: unknown, where: string) => void;
  /** What its endpoints say in `$SRV.INFO`: nobody shall take a mock for the service. */
  readonly evidence: "mock";
}

export interface RunningMock {
  stop(): Promise<void>;
}

/** Enough to see that something comes, and little beside what a service publishes. */
const usualEventsPerSecond = 5;

const noFaults: FaultSettings = { faults: [], rate: 0, seed: 0 };

/**
 * Serves every rpc and publishes every event of the contracts from nothing but the contracts: it
 * checks requests as every Charter service does, and makes messages that keep the rules. Rejects
 * when no valid message of a type can be made.
 */
export async function startMock(
  nc: Connection,
  contracts: readonly ContractUnderTest[],
  options: MockOptions,
): Promise<RunningMock> {
  const running: RunningMock[] = [];
  const stop = async () => {
    await Promise.all(running.map((each) => each.stop()));
  };
  try {
    for (const contract of contracts) await mockModule(nc, contract, options, running);
  } catch (error) {
    await stop();
    throw error;
  }
  return { stop };
}

async function mockModule(
  nc: Connection,
  contract: ContractUnderTest,
  options: MockOptions,
  running: RunningMock[],
): Promise<void> {
  const { seed = 1, faults = noFaults, eventsPerSecond = usualEventsPerSecond } = options;
  const generator = createGenerator(linkSchema(contract.descriptors), Date.now());
  const choose = createFaultChoice(faults);
  const connection = answering(nc, contract, generator, options, running);
  const metadata = metadataOf(faults);
  for (const service of servicesOf(generator, contract)) {
    running.push(await serveRpcs(connection, contract, generator, service, { seed, metadata }));
  }
  const { onError = printFailure } = options;
  const settings = { seed, eventsPerSecond, choose, onError };
  running.push(await publishEvents(nc, contract, generator, settings));
}

/** The connection that a module's rpcs answer on: the given one, unless they shall go wrong. */
function answering(
  nc: Connection,
  { bindings }: ContractUnderTest,
  generator: Generator,
  { seed = 1, faults = noFaults }: MockOptions,
  running: RunningMock[],
): Connection {
  if (faults.faults.length === 0) return nc;
  const others = bindings.map((each) => messageType(generator.schema, each.messageType));
  const rpcs = bindings.flatMap((binding) =>
    binding.kind === "event" ? [] : [faultyRpc(generator, binding, others, seed)],
  );
  const { connection, stop } = faultyConnection(nc, rpcs, createFaultChoice(faults));
  running.push({ stop: async () => stop() });
  return connection;
}

function metadataOf({ faults, rate }: FaultSettings): Readonly<Record<string, string>> {
  if (faults.length === 0) return {};
  return { "charter.faults": faults.join(","), "charter.fault-rate": String(rate) };
}

function printFailure(error: unknown, where: string): void {
  // biome-ignore lint/suspicious/noConsole: who starts a mock in a process of its own reads it
  console.error(`charter: ${where}:`, error);
}
