import { create, toBinary } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { clients } from "../../testing/connections.ts";
import { FramesContract } from "../../testing/frames-lab.ts";
import { CountResponseSchema } from "../../testing/gen/lab/v1/frames_pb.js";
import { collect, useLab } from "../../testing/lab-server.ts";
import { compressedSecret, curveSeed } from "../../testing/payload-labs.ts";
import { createClient } from "../client/client.ts";
import { createHeaders, headerNames } from "../connection/headers.ts";
import { CharterError } from "../errors/charter-error.ts";
import { serve } from "../service/service.ts";
import type { Envelope } from "./envelope.ts";
import { payloadKeys } from "./payload-keys.ts";
import { requestReceiver } from "./request-coder.ts";

const lab = useLab();
const { count, tell } = FramesContract.methods;
const contract = {
  ...FramesContract,
  methods: {
    count: { ...count, policy: compressedSecret },
    tell: { ...tell, policy: compressedSecret },
  },
} as typeof FramesContract;

function keyPair() {
  const service = payloadKeys({ own: curveSeed() });
  const services = { "lab/lab": service.publicKey };
  return { service, caller: payloadKeys({ own: curveSeed(), services }) };
}

const handlers = {
  async *count({ to }: { to: number }) {
    for (let number = 0; number < to; number += 1) yield { number };
  },
  async *tell({ words }: { words: string[] }) {
    for (const word of words) yield { word };
    throw new CharterError("out_of_range", "no more hush");
  },
};

/** What a reader gets: its frames, and how it ended. */
async function read<T>(frames: AsyncIterable<T>): Promise<{ frames: T[]; end: unknown }> {
  const read: T[] = [];
  try {
    for await (const frame of frames) read.push(frame);
    return { frames: read, end: null };
  } catch (error) {
    return { frames: read, end: error };
  }
}

describe.each(clients)("frames that must be encrypted, on $client", (client) => {
  it("arrive, and show nothing on the bus, neither they nor their end nor an error", async () => {
    const nc = await lab.connect(client);
    const messages = await collect(nc, ">");
    const keys = keyPair();
    await serve(nc, contract, handlers, { keys: keys.service });
    const calls = createClient(contract, nc, { keys: keys.caller });
    expect((await read(calls.count({ to: 100 }))).frames.map(({ number }) => number)).toEqual(
      Array.from({ length: 100 }, (_, number) => number),
    );
    const words = ["hush", "hush".repeat(10_000), ""];
    const told = await read(calls.tell({ call: { id: "c1" }, words }));
    expect(told.frames.map(({ word }) => word)).toEqual(words);
    expect(told.end).toMatchObject({ code: "out_of_range", message: "no more hush" });
    const payloads = messages.filter(({ subject }) => !subject.startsWith("_CHARTER."));
    expect(payloads.length).toBeGreaterThan(104);
    for (const { data, headers } of payloads) {
      expect(headers?.get(headerNames.encryption)).toBe("xkv1");
      expect(Buffer.from(data).toString("latin1")).not.toContain("hush");
      expect(data.length).toBeLessThan(500);
    }
  });

  it.each<[string, (seal: Seal) => Envelope]>([
    ["a frame in another's place", (seal) => renamed(seal(frame(7), seq(5)), seq(1))],
    ["a frame as the end", (seal) => renamed(seal(new Uint8Array(), seq(1)), eos(1))],
    ["a frame in clear", () => ({ payload: frame(7), headers: createHeaders(seq(1)) })],
    ["an end in clear", () => ({ payload: new Uint8Array(), headers: createHeaders(eos(1)) })],
  ])("are not read when somebody puts %s", async (_, forge) => {
    const nc = await lab.connect(client);
    const keys = keyPair();
    const receive = requestReceiver(contract.methods.count, keys.service);
    nc.subscribe("lab.count.request.v1", {
      callback(_, message) {
        const received = receive?.(message);
        const seal: Seal = (payload, entries) => {
          const envelope = { payload, headers: createHeaders(entries) };
          return received?.answer(envelope) ?? envelope;
        };
        const control = { [headerNames.control]: "_CHARTER.ctl.i.c" };
        for (const sent of [seal(frame(0), { ...seq(0), ...control }), forge(seal)]) {
          const headers = sent.headers ?? createHeaders({});
          nc.publish(message.reply ?? "", sent.payload, { headers });
        }
      },
    });
    await nc.flush();
    const { frames, end } = await read(
      createClient(contract, nc, { keys: keys.caller }).count({ to: 9 }, { deadlineMs: 20_000 }),
    );
    expect(frames.map(({ number }) => number)).toEqual([0]);
    expect(end).toMatchObject({ code: "data_loss" });
  });
});

type Seal = (payload: Uint8Array, entries: Record<string, string>) => Envelope;

const seq = (number: number) => ({ [headerNames.seq]: String(number) });
const eos = (count: number) => ({ [headerNames.eos]: String(count) });
const frame = (number: number) =>
  toBinary(CountResponseSchema, create(CountResponseSchema, { number }));

/** The same sealed payload under other headers. */
function renamed({ payload, headers }: Envelope, entries: Record<string, string>): Envelope {
  const names = [headerNames.encryption, headerNames.senderKey];
  const kept = names.map((name) => [name, headers?.get(name) ?? ""] as const);
  return { payload, headers: createHeaders({ ...Object.fromEntries(kept), ...entries }) };
}
