import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import type { NatsMessage } from "../src/connection/connection.ts";
import { CharterError } from "../src/errors/charter-error.ts";
import type { CharterErrorCode } from "../src/errors/codes.ts";
import { writeErrorReply } from "../src/errors/error-reply.ts";
import type { TestConnection } from "./connections.ts";
import { LookRequestSchema, LookResponseSchema } from "./gen/lab/v1/steady_pb.js";
import { deferred } from "./lab-server.ts";

/** A request that a test answers when and as it likes, or does not answer. */
export interface Taken {
  /** Whose request it is. */
  readonly id: string;
  readonly message: NatsMessage;
  answer(instance?: string): void;
  refuse(code: CharterErrorCode): void;
}

export interface Peer {
  readonly taken: readonly Taken[];
  /** The request of this number, counted from 0, when it is there. */
  request(index: number): Promise<Taken>;
}

/** Serves the steady service by hand. Its messages all have one text field, so one form fits. */
export async function steadyPeer(
  nc: TestConnection,
  onRequest: (request: Taken, index: number) => void = () => {},
): Promise<Peer> {
  const taken: Taken[] = [];
  const waiting = new Map<number, (request: Taken) => void>();
  const take = (message: NatsMessage) => {
    const reply = message.reply ?? "";
    const request: Taken = {
      id: fromBinary(LookRequestSchema, message.data).id,
      message,
      answer: (instance = "by hand") =>
        nc.publish(reply, toBinary(LookResponseSchema, create(LookResponseSchema, { instance }))),
      refuse(code) {
        const { payload, headers } = writeErrorReply(new CharterError(code, `it is ${code}`));
        nc.publish(reply, payload, { headers });
      },
    };
    taken.push(request);
    waiting.get(taken.length - 1)?.(request);
    onRequest(request, taken.length - 1);
  };
  for (const subject of ["lab.look.request.v1", "lab.add.request.v1"]) {
    nc.subscribe(subject, { callback: (_, message) => take(message) });
  }
  await nc.flush();
  return {
    taken,
    request(index) {
      const known = taken[index];
      if (known !== undefined) return Promise.resolve(known);
      const { promise, resolve } = deferred<Taken>();
      waiting.set(index, resolve);
      return promise;
    },
  };
}
