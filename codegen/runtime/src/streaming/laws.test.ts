import { describe, expect, it } from "vitest";
import { clients, type TestConnection } from "../../testing/connections.ts";
import { allOf, FramesContract, read, upTo } from "../../testing/frames-lab.ts";
import { block, bytes, collect, deferred, failureOf, useLab } from "../../testing/lab-server.ts";
import {
  collectControls,
  control,
  end,
  frame,
  frames,
  payloadOf,
  type RawMessage,
  send,
  serveRaw,
} from "../../testing/raw-frames.ts";
import { createClient } from "../client/client.ts";
import { serve } from "../service/service.ts";

const lab = useLab();

/** The lab's contract with another patience between frames, in milliseconds. */
function contractWith(idleTimeoutMs: number): typeof FramesContract {
  const { count, tell } = FramesContract.methods;
  return { ...FramesContract, methods: { count: { ...count, idleTimeoutMs }, tell } };
}

const failed = (numbers: readonly number[], code: string) => ({
  numbers,
  error: expect.objectContaining({ name: "CharterError", code }),
});

/** A service that sends these messages to whoever asks. */
const serveMessages = (nc: TestConnection, messages: readonly RawMessage[]) =>
  serveRaw(nc, "lab.count.request.v1", ({ reply = "" }) => send(nc, reply, messages));

const seq = (text: string): RawMessage => ({
  headers: { "Charter-Seq": text },
  payload: payloadOf(2),
});
const errorReply: RawMessage = {
  headers: { "Nats-Service-Error-Code": "404", "Nats-Service-Error": "no more" },
};

/** What a service does wrong, and which frames are read before that is seen. */
const breaks: readonly (readonly [string, readonly RawMessage[], readonly number[]])[] = [
  ["a gap", [frame(0), frame(1), frame(3), end(3)], [0, 1]],
  ["a duplicate", [frame(0), frame(1), frame(1), end(3)], [0, 1]],
  ["a first frame that comes twice", [frame(0), seq("0"), end(2)], [0]],
  ["another order", [frame(0), frame(2), frame(1), end(3)], [0]],
  ["an end that counts too few", [frame(0), frame(1), end(1)], [0, 1]],
  ["an end that counts too many", [frame(0), frame(1), end(3)], [0, 1]],
  ["an end that does not count", [frame(0), end("")], [0]],
  ["an end with a payload", [frame(0), { ...end(1), payload: payloadOf(1) }], [0]],
  ["a number that is none", [frame(0), frame(1), seq("two")], [0, 1]],
  ["a number below 0", [frame(0), frame(1), seq("-2")], [0, 1]],
  ["a number that only looks like the next", [frame(0), frame(1), seq("2e0")], [0, 1]],
  ["a frame without headers", [frame(0), { payload: payloadOf(1) }], [0]],
  ["a frame without a number", [frame(0), { headers: { x: "1" } }], [0]],
  ["a frame that does not decode", [frame(0), { ...frame(1), payload: bytes("\u00ff") }], [0]],
  ["a first frame that does not decode", [{ ...frame(0), payload: bytes("\u00ff") }], []],
  ["one frame more than it had credit for", [...frames(0, 33), end(33)], upTo(32)],
  ["a flood", frames(0, 5000), upTo(32)],
];

/** The same where there is nothing to cancel: nobody said where, or it has ended. */
const breaksAtTheEdges: typeof breaks = [
  ["a gap at the start", [frame(1), frame(2)], []],
  ["a count of frames where there are none", [end(1)], []],
  ["two ends", [frame(0), end(1), end(1)], [0]],
  ["a frame after the end", [frame(0), frame(1), end(2), frame(2)], [0, 1]],
  ["an error after the end", [frame(0), end(1), errorReply], [0]],
];

describe.each(clients)("a reader of frames on $client", (client) => {
  /** What is read of a service that sends these messages, and what the reader says to it. */
  async function readRaw(messages: readonly RawMessage[]) {
    const service = await lab.connect(client);
    const controls = await collectControls(service);
    await serveMessages(service, messages);
    const nc = await lab.connect(client);
    const flush = async () => {
      await service.flush();
      await nc.flush();
    };
    // Everything has come before the second frame is asked for.
    const outcome = await read(createClient(FramesContract, nc).count({}), flush);
    await flush();
    await service.flush();
    return { outcome, controls: controls() };
  }

  it.each(breaks)(
    "fails with data_loss at %s, after the frames before it, and cancels",
    async (_, sent, numbers) => {
      const { outcome, controls } = await readRaw(sent);
      expect(outcome).toEqual(failed(numbers, "data_loss"));
      expect(controls).toEqual(["cancel"]);
    },
  );

  it.each(breaksAtTheEdges)("fails with data_loss at %s", async (_, sent, numbers) => {
    const { outcome, controls } = await readRaw(sent);
    expect(outcome).toEqual(failed(numbers, "data_loss"));
    expect(controls).toEqual([]);
  });

  it("fails with the error of the service, after the frames before it", async () => {
    const { outcome, controls } = await readRaw([...frames(0, 3), errorReply, end(3)]);
    expect(outcome).toEqual(failed([0, 1, 2], "not_found"));
    expect(outcome.error).toMatchObject({ message: "no more" });
    expect(controls).toEqual([]);
  });

  it("fails with the error of the service, also where there is no frame", async () => {
    const { outcome } = await readRaw([errorReply]);
    expect(outcome).toEqual(failed([], "not_found"));
  });

  it("reads few frames of a service that does not say where to answer", async () => {
    const { outcome } = await readRaw([...["0", "1"].map(seq), end(2)]);
    expect(outcome).toEqual({ numbers: [2, 2], error: null });
  });

  it.each([
    "$JS.API.STREAM.DELETE.X",
    "lab.other",
    "_INBOX.x.y",
    "_CHARTER.ctl.a",
    "_CHARTER.ctl.a.b.c",
    "_CHARTER.ctl.a.*",
    "_CHARTER.ctl.>",
    "_CHARTER.ctl.a.",
    "_CHARTER.ctl..b",
    "x_CHARTER.ctl.a.b",
    "_charter.ctl.a.b",
    `_CHARTER.ctl.a.${"b".repeat(65)}`,
    "",
  ])("fails with data_loss when it shall answer to %j, and sends nothing there", async (to) => {
    const observer = await lab.connect(client);
    const seen = await collect(observer, ">");
    const headers = { "Charter-Seq": "0", "Charter-Control": to };
    const { outcome } = await readRaw([{ headers }, ...frames(1, 20), end(20)]);
    expect(outcome).toEqual(failed([], "data_loss"));
    await observer.flush();
    const inbox = seen[0]?.reply ?? "";
    expect(new Set(seen.map(({ subject }) => subject))).toEqual(
      new Set(["lab.count.request.v1", inbox]),
    );
  });

  it("fails with data_loss when it shall answer to two places", async () => {
    const again = { headers: { "Charter-Seq": "1", "Charter-Control": `${control}2` } };
    const { outcome, controls } = await readRaw([frame(0), again]);
    expect(outcome).toEqual(failed([0], "data_loss"));
    expect(controls).toEqual(["cancel"]);
  });

  it("fails with deadline_exceeded when no first frame comes in time", async () => {
    const nc = await lab.connect(client);
    await serveMessages(nc, []);
    const { count } = createClient(FramesContract, nc);
    expect(await read(count({}, { deadlineMs: 20 }))).toEqual(failed([], "deadline_exceeded"));
  });

  it("fails with deadline_exceeded when no end comes, after the frames, and cancels", async () => {
    const nc = await lab.connect(client);
    const controls = await collectControls(nc);
    await serveMessages(nc, frames(0, 3));
    const { count } = createClient(contractWith(100), nc);
    expect(await read(count({}))).toEqual(failed([0, 1, 2], "deadline_exceeded"));
    await nc.flush();
    expect(controls()).toEqual(["cancel"]);
  });

  it("fails with deadline_exceeded when the service dies on the way", async () => {
    const nc = await lab.connect(client);
    const service = await lab.connect(client);
    const dead = deferred();
    await serve(service, FramesContract, {
      async *count() {
        yield* [{ number: 0 }, { number: 1 }];
        await dead.promise;
      },
      async *tell() {},
    });
    const { count } = createClient(contractWith(100), nc);
    const outcome = await read(count({}), () => service.close());
    expect(outcome).toEqual(failed([0, 1], "deadline_exceeded"));
    dead.resolve();
  });

  it("does not blame the service for a reader that blocks the process", async () => {
    const nc = await lab.connect(client);
    const service = await lab.connect(client);
    let inbox = "";
    await serveRaw(service, "lab.count.request.v1", ({ reply = "" }) => {
      inbox = reply;
      send(service, inbox, [frame(0)]);
    });
    const { count } = createClient(contractWith(250), nc);
    const outcome = await read(count({}), async () => {
      send(service, inbox, [frame(1), frame(2), end(3)]);
      await Promise.resolve().then(() => {});
      block(500);
    });
    expect(outcome).toEqual({ numbers: [0, 1, 2], error: null });
  });

  it("is unavailable when its connection closes on the way", async () => {
    const nc = await lab.connect(client);
    const service = await lab.connect(client);
    await serveMessages(service, frames(0, 3));
    const outcome = await read(createClient(FramesContract, nc).count({}), () => nc.close());
    expect(outcome).toEqual(failed([0, 1, 2], "unavailable"));
  });

  it("checks the rules of frames where the client asks for it", async () => {
    const nc = await lab.connect(client);
    await serve(nc, FramesContract, {
      async *count() {
        yield* [{ number: 0 }, { number: 1, text: "x".repeat(21) }];
      },
      async *tell() {},
    });
    const trusting = createClient(FramesContract, nc);
    expect(await read(trusting.count({}))).toEqual({ numbers: [0, 1], error: null });
    const checking = createClient(FramesContract, nc, { validateReplies: true });
    const outcome = await read(checking.count({}));
    expect(outcome).toEqual(failed([0], "data_loss"));
    const violations = [{ field: "text", ruleId: "string.max_len" }];
    expect(outcome.error).toMatchObject({ violations });
  });

  it("takes errors from the inbox, and no frames, where frames have a subject of their own", async () => {
    const nc = await lab.connect(client);
    const { tell } = createClient(FramesContract, nc);
    const story = { call: { id: "c" } };
    const toFrames = "lab.tell.frames.v1.c";
    let answer = (_inbox: string) => {};
    await serveRaw(nc, "lab.tell.request.v1", ({ reply = "" }) => answer(reply));
    const readWith = (next: typeof answer) => {
      answer = next;
      return allOf(tell(story));
    };
    const failuresWith = (next: typeof answer) => failureOf(readWith(next));
    const [lost, refused] = [{ code: "data_loss" }, { code: "not_found" }];
    const toInbox = (message: RawMessage) => (inbox: string) => send(nc, inbox, [message]);
    expect(await failuresWith(toInbox(errorReply))).toMatchObject(refused);
    expect(await failuresWith(toInbox(frame(0)))).toMatchObject(lost);
    expect(await failuresWith(toInbox(end(0)))).toMatchObject(lost);
    const onTheWay = () => send(nc, toFrames, [frame(0), errorReply]);
    expect(await failuresWith(onTheWay)).toMatchObject(refused);
    expect(await readWith(() => send(nc, toFrames, [end(0)]))).toEqual([]);
  });
});
