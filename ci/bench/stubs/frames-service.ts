/**
 * Sends frames in one of the ways that are compared, in a process of its own:
 * `frames-service.ts stub|hand <NATS URL>`.
 */
import { create, toBinary } from "@bufbuild/protobuf";
import { serve } from "@charter-nats/runtime";
import { connect, headers } from "@nats-io/transport-node";
import {
  InferenceServiceContract,
  StreamInferResponseSchema,
} from "../../../contract-tests/node_modules/@bodybroker/ai/dist/esm/v1/index.js";
import { answerCpu } from "../child.ts";
import { framesEach, handFrames } from "./frames.ts";

const [kind, servers = ""] = process.argv.slice(2);
const nc = await connect({ servers, noAsyncTraces: true });
const frame = (index: number) => ({ index, delta: "a token of the usual length " });

if (kind === "stub") {
  await serve(nc, InferenceServiceContract, {
    infer: () => {
      throw new Error("the bench only streams");
    },
    async *streamInfer() {
      for (let index = 0; index < framesEach; index++) yield frame(index);
    },
  });
} else {
  nc.subscribe(handFrames, {
    callback(_error, message) {
      void sendAll(message.reply ?? "");
    },
  });
  await nc.flush();
}
answerCpu({});

/** Numbers the frames, and lets the reader keep up by a flush now and then. */
async function sendAll(to: string): Promise<void> {
  for (let index = 0; index < framesEach; index++) {
    const number = headers();
    number.set("Charter-Seq", String(index));
    const payload = toBinary(
      StreamInferResponseSchema,
      create(StreamInferResponseSchema, frame(index)),
    );
    nc.publish(to, payload, { headers: number });
    if (index % 32 === 31) await nc.flush();
  }
  const end = headers();
  end.set("Charter-Eos", String(framesEach));
  nc.publish(to, new Uint8Array(), { headers: end });
}
