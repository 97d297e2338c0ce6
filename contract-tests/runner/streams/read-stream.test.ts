import {
  headers as createHeaders,
  type Msg,
  type NatsConnection,
  type Subscription,
} from "@nats-io/nats-core";
import { connect } from "@nats-io/transport-node";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type RunningNatsServer, startNatsServer } from "../../../ci/testing/nats-server.ts";
import { compileTestdata } from "../../testing/compile.ts";
import { createTrace } from "../calls/trace.ts";
import { linkSchema, messageType } from "../contract.ts";
import { readStream, type StreamLine } from "./read-stream.ts";
import type { StreamPlan } from "./stream-plan.ts";

let server: RunningNatsServer;
let nc: NatsConnection;
let line: StreamLine;
const listening: Subscription[] = [];

beforeAll(async () => {
  const schema = linkSchema(await compileTestdata("feed"));
  const output = messageType(schema, "feed.v1.TellResponse");
  server = await startNatsServer();
  nc = await connect({ servers: server.url, inboxPrefix: "_INBOX.tester" });
  const trace = createTrace({ sent: true, received: true });
  line = { nc, runId: "run-1", schema, output, trace };
});

afterEach(() => {
  for (const each of listening.splice(0)) each.unsubscribe();
});

afterAll(async () => {
  await nc.close();
  await server.stop();
});

const plan: StreamPlan = {
  firstFrameMs: 2000,
  idleMs: 100,
  longestMs: 5000,
  mostFrames: 256,
  grace: null,
  holdMs: null,
  cancel: null,
};
const control = "_CHARTER.ctl.feed.1";
const payload = new Uint8Array([0x0a, 0x01, 0x61]);

function send(to: string, headers: Readonly<Record<string, string>>, data = new Uint8Array()) {
  const made = createHeaders();
  for (const [name, value] of Object.entries(headers)) made.set(name, value);
  nc.publish(to, data, { headers: made });
}

function frames(to: string, count: number, from = 0): void {
  for (let seq = from; seq < from + count; seq++) {
    const first: Record<string, string> = seq === 0 ? { "Charter-Control": control } : {};
    send(to, { "Charter-Seq": String(seq), ...first }, payload);
  }
}

/** Answers requests on `feed`, and gives what is said on the control subject. */
function serve(answer: (inbox: string, message: Msg) => void): Buffer[] {
  const said: Buffer[] = [];
  const take = (message: Msg) => answer(message.reply ?? "", message);
  listening.push(
    nc.subscribe("feed", { callback: (_error, message) => take(message) }),
    nc.subscribe(control, {
      callback: (_error, message) => {
        said.push(Buffer.from(message.data));
      },
    }),
  );
  return said;
}

const read = (changes: Partial<StreamPlan> = {}, framesSubject: string | null = null) =>
  readStream(line, { subject: "feed", framesSubject, payload }, { ...plan, ...changes });

const credit = (frames: number) => Buffer.from([0x08, frames]);
const cancel = Buffer.from([0x12, 0x00]);

describe("readStream", () => {
  it("reads frames and the end at an inbox of the connection's own prefix, and marks the request", async () => {
    const seen: string[] = [];
    serve((inbox, message) => {
      seen.push(inbox, message.headers?.get("Charter-Probe") ?? "");
      frames(inbox, 3);
      send(inbox, { "Charter-Eos": "3" });
    });
    const { frames: came, end } = await read();
    expect(came.map(({ seq, answer }) => [seq, answer.kind])).toEqual([
      [0, "message"],
      [1, "message"],
      [2, "message"],
    ]);
    expect(end).toEqual({ kind: "eos", count: 3 });
    expect(seen).toEqual([expect.stringMatching(/^_INBOX\.tester\./), "run-1"]);
  });

  it("reads a frames subject, and says which frames went to the inbox instead", async () => {
    serve((inbox) => {
      frames(inbox, 2);
      frames("shown.1", 1);
      send("shown.1", { "Charter-Eos": "1" });
    });
    expect(await read({}, "shown.1")).toMatchObject({ astray: 2, end: { kind: "eos" } });
  });

  it("tells an error, silence and absence apart", async () => {
    expect((await read()).end).toEqual({ kind: "no-responders" });
    const error = { "Nats-Service-Error-Code": "400" };
    serve((inbox) => send(inbox, error, new Uint8Array([0x08, 0x03])));
    expect((await read()).end.kind).toBe("error");
    listening.splice(0).forEach((each) => {
      each.unsubscribe();
    });
    serve((inbox) => frames(inbox, 1));
    expect(await read()).toMatchObject({ frames: [{ seq: 0 }], end: { kind: "idle" } });
  });

  it("gives credit before it is needed", async () => {
    const said = serve((inbox) => {
      frames(inbox, 40);
      send(inbox, { "Charter-Eos": "40" });
    });
    expect(await read()).toMatchObject({ overdrawnAt: null, end: { count: 40 } });
    await nc.flush();
    expect(said).toEqual([credit(32)]);
  });

  it("holds credit back, and notices who does not wait for it", async () => {
    const said = serve((inbox) => frames(inbox, 33));
    expect(await read({ holdMs: 50 })).toMatchObject({ overdrawnAt: 32 });
    await nc.flush();
    expect(said.length).toBeGreaterThan(0);
    listening.splice(0).forEach((each) => {
      each.unsubscribe();
    });
    serve((inbox) => {
      frames(inbox, 32);
      const more = nc.subscribe(control, {
        max: 1,
        callback: () => {
          frames(inbox, 1, 32);
          send(inbox, { "Charter-Eos": "33" });
        },
      });
      listening.push(more);
    });
    expect(await read({ holdMs: 50 })).toMatchObject({
      overdrawnAt: null,
      wasHeld: true,
      end: { count: 33 },
    });
  });

  it("cancels, gives credit all the same, and counts what comes then", async () => {
    const said = serve((inbox) => frames(inbox, 6));
    const transcript = await read({ cancel: { afterFrames: 1, mostFurther: 9, quietMs: 50 } });
    expect(transcript).toMatchObject({ afterCancel: 5, end: { kind: "cut", by: "reader" } });
    await nc.flush();
    expect(said).toEqual([cancel, credit(10)]);
  });

  it("watches for a while what comes after the end, and only then", async () => {
    const grace = { after: "eos", ms: 50 } as const;
    serve((inbox) => {
      frames(inbox, 1);
      send(inbox, { "Charter-Eos": "1" });
      frames(inbox, 1, 1);
      send(inbox, { "Charter-Eos": "1" });
    });
    expect((await read({ grace })).afterEnd).toEqual(["frame 1", "another end"]);
    expect((await read()).afterEnd).toEqual([]);
  });

  it("cuts off what goes on, and cancels it", async () => {
    const said = serve((inbox) => frames(inbox, 20));
    expect(await read({ mostFrames: 8 })).toMatchObject({
      frames: { length: 8 },
      end: { kind: "cut", by: "frames" },
    });
    await nc.flush();
    expect(said).toEqual([cancel]);
  });
});
