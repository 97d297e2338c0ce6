/**
 * Sends look-ups of uniformly drawn subjects over NATS, in a process of its own, a fixed number of
 * them in flight. It publishes with reply subjects of its own, which costs less than `request`, so
 * that the responder is what is measured.
 */
import { create, toBinary } from "@bufbuild/protobuf";
import { connect } from "@nats-io/transport-node";
import { ResolveSubjectRequestSchema } from "../../registry/node_modules/@charter/registry/dist/esm/v1/index.js";
import { answerParent } from "./child.ts";
import { type LoadResult, startRound } from "./load-result.ts";
import { drawSubject } from "./synthetic-subjects.ts";

export interface NatsLoad {
  /** What the responder listens to. */
  readonly subject: string;
  readonly inFlight: number;
  readonly seconds: number;
}

const requestsDrawn = 50_000;
const inbox = "_INBOX.bench.";

const [servers = "", subjects] = process.argv.slice(2);
const nc = await connect({ servers, noAsyncTraces: true });
const requests = Array.from({ length: requestsDrawn }, () =>
  toBinary(
    ResolveSubjectRequestSchema,
    create(ResolveSubjectRequestSchema, { subject: drawSubject(Number(subjects), Math.random) }),
  ),
);
let onReply = (_slot: number, _isError: boolean) => {};
nc.subscribe(`${inbox}*`, {
  callback: (_error, message) =>
    onReply(Number(message.subject.slice(inbox.length)), message.headers !== undefined),
});
await nc.flush();
answerParent({}, load);

function load({ subject, inFlight, seconds }: NatsLoad): Promise<LoadResult> {
  return new Promise((resolve, reject) => {
    const sentAt = new Float64Array(inFlight);
    const until = performance.now() + seconds * 1000;
    const round = startRound();
    let open = inFlight;
    const send = (slot: number) => {
      sentAt[slot] = performance.now();
      const request = requests[Math.floor(Math.random() * requests.length)];
      nc.publish(subject, request, { reply: `${inbox}${slot}` });
    };
    onReply = (slot, isError) => {
      if (isError) reject(new Error(`${subject} answered with an error`));
      const now = performance.now();
      round.record(now - (sentAt[slot] ?? now));
      if (now < until) return send(slot);
      open -= 1;
      if (open === 0) resolve(round.end());
    };
    for (let slot = 0; slot < inFlight; slot++) send(slot);
  });
}
