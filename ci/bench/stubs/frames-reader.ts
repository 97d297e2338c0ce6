/** Reads streams of frames, in a process of its own: `frames-reader.ts stub|hand <NATS URL>`. */
import { fromBinary } from "@bufbuild/protobuf";
import { createClient } from "@charter-nats/runtime";
import { connect, createInbox } from "@nats-io/transport-node";
import {
  InferenceServiceContract,
  StreamInferResponseSchema,
} from "../../../contract-tests/node_modules/@bodybroker/ai/dist/esm/v1/index.js";
import { answerParent } from "../child.ts";
import { type LoadResult, startRound } from "../load-result.ts";
import { framesEach, handFrames } from "./frames.ts";

const [kind, servers = ""] = process.argv.slice(2);
const nc = await connect({ servers, noAsyncTraces: true });
const ai = createClient(InferenceServiceContract, nc);
const readAll = kind === "stub" ? readByStub : readByHand;
answerParent({}, load);

/** Each frame is one request of the result. */
async function load({
  streams,
  seconds,
}: {
  streams: number;
  seconds: number;
}): Promise<LoadResult> {
  const until = performance.now() + seconds * 1000;
  const round = startRound();
  const keepReading = async () => {
    while (performance.now() < until) await readAll(round.record);
  };
  await Promise.all(Array.from({ length: streams }, keepReading));
  return round.end();
}

let requests = 0;

async function readByStub(record: (ms: number) => void): Promise<void> {
  const input = { content: { case: "prompt", value: "Once upon a time" } } as const;
  const meta = { requestId: `r-${process.pid}-${requests++}` };
  let at = performance.now();
  for await (const _ of ai.streamInfer({ meta, modelId: "m1", input })) {
    const now = performance.now();
    record(now - at);
    at = now;
  }
}

function readByHand(record: (ms: number) => void): Promise<void> {
  const inbox = createInbox();
  return new Promise((resolve, reject) => {
    let expected = 0;
    let at = performance.now();
    const subscription = nc.subscribe(inbox, {
      callback(_error, message) {
        const number = message.headers?.get("Charter-Seq") ?? "";
        if (number === "") {
          subscription.unsubscribe();
          if (expected === framesEach) resolve();
          else reject(new Error(`expected ${framesEach} frames, got ${expected}`));
          return;
        }
        if (Number(number) !== expected) reject(new Error(`expected ${expected}, got ${number}`));
        expected += 1;
        fromBinary(StreamInferResponseSchema, message.data);
        const now = performance.now();
        record(now - at);
        at = now;
      },
    });
    nc.publish(handFrames, new Uint8Array(), { reply: inbox });
  });
}
