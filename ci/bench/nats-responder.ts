/**
 * One of the two responders that are compared, in a process of its own: `charter` is the registry's
 * own service over a synthetic index, `bare` a hand-written one that decodes the same requests and
 * encodes the same replies, and looks nothing up.
 */
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { pino } from "pino";
// npm would find the package from the registry's own folder only.
import {
  BindingKind,
  ResolveSubjectRequestSchema,
  ResolveSubjectResponseSchema,
  SubjectRole,
} from "../../registry/node_modules/@charter/registry/dist/esm/v1/index.js";
import { buildSubjectIndex } from "../../registry/server/jobs/subject-index.ts";
import { serveLookup } from "../../registry/server/nats/lookup-service.ts";
import { answerCpu } from "./child.ts";
import { syntheticBinding, syntheticBindings } from "./synthetic-subjects.ts";

const [kind, servers = "", subjects] = process.argv.slice(2);
// As the registry connects.
const nc = await connect({ servers, pingInterval: 5000, noAsyncTraces: true });
const subject =
  kind === "charter"
    ? await charter(nc, Number(subjects))
    : await bare(nc, "bench.bare.request.v1");
answerCpu({ subject });

async function charter(nc: NatsConnection, count: number): Promise<string> {
  const index = buildSubjectIndex(syntheticBindings(count));
  await serveLookup(nc, () => index, pino({ level: "warn" }));
  return "charter.registry.resolve.request.v1";
}

async function bare(nc: NatsConnection, subject: string): Promise<string> {
  const { binding } = syntheticBinding(1);
  const fixed = {
    pattern: binding.pattern,
    role: SubjectRole.EVENT,
    kind: BindingKind.EVENT,
    messageType: binding.messageType,
    owner: "bench-team",
    module: "bench/domain00000",
    semver: "1.4.0",
    subjectVersion: 1,
    npmPackage: "@bench/domain00000",
  };
  nc.subscribe(subject, {
    queue: "q.bench",
    callback(_error, message) {
      const request = fromBinary(ResolveSubjectRequestSchema, message.data);
      const parameters = { world_id: "id-000000000", entity_id: "id-000000000" };
      const response = { ...fixed, subject: request.subject, parameters };
      const reply = create(ResolveSubjectResponseSchema, response);
      message.respond(toBinary(ResolveSubjectResponseSchema, reply));
    },
  });
  await nc.flush();
  return subject;
}
