import { create, toBinary } from "@bufbuild/protobuf";
import { defineService, type Handlers, type ServiceContract, serve } from "@charter-nats/runtime";
import { headers as createHeaders, type NatsConnection } from "@nats-io/nats-core";
import { type ContractUnderTest, linkSchema, messageType } from "../runner/contract.ts";
import type { RunningServices } from "./planted-fault.ts";

/** What a depot's service can leave out. */
export interface ServiceFault {
  readonly publishesNothing?: true;
  readonly servesOnly?: string;
}

/** Serves the depot's rpcs, and publishes the event of each parcel that it sends. */
export async function startDepotService(
  nc: NatsConnection,
  contract: ContractUnderTest,
  { publishesNothing, servesOnly }: ServiceFault = {},
): Promise<RunningServices> {
  const { registry } = linkSchema(contract.descriptors);
  const desc = registry.getService("depot.v1.DepotService");
  if (desc === undefined) throw new Error("the descriptors lack the depot's service");
  const { module, semver, digest } = contract;
  const methods = contract.bindings.flatMap((binding) => {
    const isServed = servesOnly === undefined || binding.pattern === servesOnly;
    if (binding.kind !== "request" || !isServed) return [];
    const { pattern, ...definition } = binding;
    const method = desc.methods.find((each) => binding.rpc.endsWith(`.${each.name}`));
    return [[method?.localName ?? "", { ...definition, subject: pattern }] as const];
  });
  const served = defineService(desc, { module, semver, digest }, Object.fromEntries(methods));
  const sent = messageType(linkSchema(contract.descriptors), "depot.v1.ParcelSent");
  const handlers = {
    send(request: { readonly parcelId: string }) {
      if (publishesNothing !== true) {
        const payload = toBinary(sent, create(sent, { parcelId: request.parcelId }));
        const headers = createHeaders();
        headers.set("Charter-Schema", `${module}@${semver}`);
        nc.publish("depot.parcel.sent.v1", payload, { headers });
      }
      return { depotId: "d1" };
    },
    find: () => ({ depotId: "d1" }),
  };
  const chosen = Object.fromEntries(
    Object.entries(handlers).filter(([name]) => methods.some(([method]) => method === name)),
  );
  // The names come from the contract, whose types are not known here.
  return serve(nc, served, chosen as unknown as Handlers<ServiceContract>);
}
