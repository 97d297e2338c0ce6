import type { DescMethod, DescService } from "@bufbuild/protobuf";
import { MethodOptionsSchema, ServiceOptionsSchema } from "@bufbuild/protobuf/wkt";
import { type Aspects, yesNo } from "./aspects.ts";
import type { Difference } from "./difference.ts";
import { added, changed, changedOptions, type Registries, removed } from "./element-differences.ts";
import { pair } from "./pair.ts";

/** What differs in a service and its rpcs. */
export function compareServices(
  old: DescService,
  now: DescService,
  registries: Registries,
): Difference[] {
  const rpcs = pair(old.methods, now.methods, [(rpc) => rpc.name]);
  return [
    ...changedOptions([old, now], ServiceOptionsSchema, (each) => each.proto.options, registries),
    ...rpcs.removed.map(removed),
    ...rpcs.both.flatMap(([before, after]) => compareRpcs(before, after, registries)),
    ...rpcs.added.map(added),
  ];
}

function compareRpcs(old: DescMethod, now: DescMethod, registries: Registries): Difference[] {
  return [
    ...changed(now, [rpcAspects(old), rpcAspects(now)]),
    ...changedOptions([old, now], MethodOptionsSchema, (each) => each.proto.options, registries),
  ];
}

function rpcAspects(rpc: DescMethod): Aspects {
  return new Map([
    ["request type", rpc.input.typeName],
    ["reply type", rpc.output.typeName],
    ["streams requests", yesNo(rpc.proto.clientStreaming)],
    ["streams replies", yesNo(rpc.proto.serverStreaming)],
  ]);
}
