import { jetstreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/nats-core";
import type { ContractUnderTest } from "../runner/contract.ts";
import { subscriptionOf } from "../runner/subjects.ts";

const second = 1_000_000_000;
const longestWindowS = 120;

/** Provides the streams of contracts, as `charter stream apply` would. */
export async function provideStreams(
  nc: NatsConnection,
  contracts: readonly ContractUnderTest[],
): Promise<void> {
  const jsm = await jetstreamManager(nc);
  const events = contracts
    .flatMap((contract) => contract.bindings)
    .filter((binding) => binding.kind === "event");
  const policies = new Map(events.flatMap(({ stream }) => (stream ? [[stream.name, stream]] : [])));
  for (const { name, maxAgeS } of policies.values()) {
    const bindings = events.filter(({ stream }) => stream?.name === name);
    await jsm.streams.add({
      name,
      subjects: bindings.map(subscriptionOf),
      max_age: maxAgeS * second,
      duplicate_window: Math.min(longestWindowS, maxAgeS || longestWindowS) * second,
      allow_direct: true,
    });
  }
}
