import { SubjectLookupServiceContract } from "@charter/registry/v1";
import { createClient } from "@charter-nats/runtime";
import { connect } from "@nats-io/transport-node";
import { createRegistryClient } from "../../../registry/api/client.ts";
import type { Estate } from "../proof.ts";

/** The first customer's own examples. */
const examples = [
  "ai.world.state.update.v1.world-42",
  "ai.npc.behavior.request.v1",
  "ai.npc.behavior.reply.v1",
  "ai.quest.generate.request.v1",
  "ai.quest.generate.reply.v1",
  "ai.model.infer.request.v1.llama-3",
  "ai.model.infer.token.v1.req-1",
  "ai.audit.event.v1",
  "ai.training.signal.v1",
];

/** Resolves each example over HTTP and over NATS; both give the same answer. */
export async function proveSubjectResolved(estate: Estate) {
  const http = createRegistryClient({ url: estate.http });
  const nc = await connect({ servers: estate.nats });
  try {
    const nats = createClient(SubjectLookupServiceContract, nc);
    let count = 0;
    for (const subject of examples) {
      const one = await http.resolve(subject);
      const other = await nats.resolveSubject({ subject });
      if (one.pattern !== other.pattern || one.messageType !== other.messageType) {
        throw new Error(`${subject} is ${one.pattern} over HTTP and ${other.pattern} over NATS`);
      }
      count += 2;
    }
    return {
      count,
      ok: true,
      detail: `answers for ${examples.length} subjects, over HTTP and NATS`,
    };
  } finally {
    await nc.close();
  }
}
