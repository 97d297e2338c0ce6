import { jetstreamManager, RetentionPolicy } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/nats-core";
import type { ContractUnderTest } from "../runner/contract.ts";
import { subscriptionOf } from "../runner/subjects.ts";

/** Makes the JetStream streams that contracts name, with the subjects of all events in them. */
export async function provideStreams(
  nc: NatsConnection,
  contracts: readonly ContractUnderTest[],
): Promise<readonly string[]> {
  const subjects = new Map<string, string[]>();
  for (const binding of contracts.flatMap((contract) => contract.bindings)) {
    if (binding.kind !== "event" || binding.stream === null) continue;
    const { name } = binding.stream;
    subjects.set(name, [...(subjects.get(name) ?? []), subscriptionOf(binding)]);
  }
  const jsm = await jetstreamManager(nc);
  for (const [name, each] of subjects) {
    await jsm.streams.add({ name, subjects: each, retention: RetentionPolicy.Limits });
  }
  return [...subjects.keys()];
}
