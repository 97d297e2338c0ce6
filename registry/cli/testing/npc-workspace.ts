import { defaultPolicy, type Policy } from "../../core/policy/policy.ts";

/** The policy of the workspace's estate. */
export const npcPolicy: Policy = { ...defaultPolicy, subjects: { bodybroker: { roots: ["ai"] } } };

/** A small workspace: one module that binds a request and an event, and one that it imports. */
export const npcWorkspace = {
  "buf.yaml": `version: v2
modules:
  - path: proto
    name: charter.localhost/bodybroker/npc
    includes: [proto/bodybroker/npc]
  - path: proto
    name: charter.localhost/bodybroker/common
    includes: [proto/bodybroker/common]
  - path: drafts
`,
  "drafts/never.proto": "not a proto at all",
  "proto/bodybroker/common/v1/meta.proto": `syntax = "proto3";
package bodybroker.common.v1;

message Meta {
  string request_id = 1;
}
`,
  "proto/bodybroker/npc/v1/npc.proto": `syntax = "proto3";
package bodybroker.npc.v1;

import "bodybroker/common/v1/meta.proto";
import "charter/nats/v1/binding.proto";

service NpcBehaviorService {
  option (charter.nats.v1.service) = {queue_group: "q.npc" owner: "npc-team"};
  rpc Plan(PlanRequest) returns (PlanResponse) {
    option (charter.nats.v1.request) = {subject: "ai.npc.behavior.request.v1" deadline_ms: 50};
  }
}

message PlanRequest {
  bodybroker.common.v1.Meta meta = 1;
  string npc_id = 2;
}

message PlanResponse {
  string action = 1;
}

message NpcPlanned {
  option (charter.nats.v1.event) = {
    subject: "ai.npc.behavior.planned.v1.{npc_id}"
    stream: {name: "NPC_EVENTS" max_age_s: 300}
  };
  string npc_id = 1;
}
`,
} as const;

export const npcProto = "proto/bodybroker/npc/v1/npc.proto";
