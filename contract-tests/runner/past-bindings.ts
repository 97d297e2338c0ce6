import type { NatsConnection } from "@nats-io/nats-core";
import type { Binding } from "../../registry/core/binding/binding.ts";
import type { ContractUnderTest } from "./contract.ts";
import type { LiveEndpoint } from "./discovery.ts";
import { eventsIn, keepingStream } from "./events/keeping-stream.ts";
import { subscriptionOf } from "./subjects.ts";

export interface UsedHere {
  readonly contracts: readonly ContractUnderTest[];
  /** What is not tested, in sentences. */
  readonly notes: readonly string[];
}

/**
 * Leaves out what head has gone on without and nobody uses here. It is deployed somewhere, so that
 * nothing is wrong with an environment that is done with it.
 */
export async function usedHere(
  nc: NatsConnection,
  all: readonly ContractUnderTest[],
  endpoints: readonly LiveEndpoint[],
): Promise<UsedHere> {
  const contracts: ContractUnderTest[] = [];
  const notes: string[] = [];
  for (const contract of all) {
    notes.push(...(contract.leftOut ?? []));
    const unused: string[] = [];
    const bindings: Binding[] = [];
    for (const binding of contract.bindings) {
      if (contract.isPast !== true || (await isUsed(nc, binding, endpoints)))
        bindings.push(binding);
      else unused.push(binding.pattern);
    }
    if (unused.length > 0) {
      notes.push(
        `${contract.module} ${contract.semver} is deployed somewhere, and nobody uses here what head no longer binds: ${unused.join(", ")}`,
      );
    }
    if (contract.isPast !== true || bindings.length > 0) contracts.push({ ...contract, bindings });
  }
  return { contracts, notes };
}

async function isUsed(
  nc: NatsConnection,
  binding: Binding,
  endpoints: readonly LiveEndpoint[],
): Promise<boolean> {
  if (binding.kind !== "event") {
    const subject = subscriptionOf(binding);
    return endpoints.some((each) => each.subject === subject);
  }
  const lookup = await keepingStream(nc, binding);
  return lookup.kind === "kept" && eventsIn(lookup.stream) > 0;
}
