import { describe, expect, it, vi } from "vitest";
import { clients, type TestConnection } from "../../testing/connections.ts";
import { allOf, FramesContract, upTo } from "../../testing/frames-lab.ts";
import { bytes, collect, failureOf, useLab } from "../../testing/lab-server.ts";
import { createClient } from "../client/client.ts";
import type { MessageHeaders, NatsMessage } from "../connection/connection.ts";
import { CharterError } from "../errors/charter-error.ts";
import { type Handlers, type ServeOptions, serve } from "../service/service.ts";

const lab = useLab({
  config: `
    accounts {
      HERE {
        users: [
          { user: all, password: all }
          { user: mute, password: mute, permissions: { publish: { deny: "lab.>" }, subscribe: ">" } }
          { user: blind, password: blind, permissions: { publish: ">", subscribe: { deny: "lab.tell.frames.>" } } }
          { user: uncontrolled, password: uncontrolled, permissions: { publish: ">", subscribe: { deny: "_CHARTER.>" } } }
        ]
        exports: [
          { service: "lab.count.request.v1", response_type: stream }
          { service: "_CHARTER.ctl.>" }
        ]
      }
      THERE {
        users: [{ user: foreigner, password: foreigner }]
        imports: [
          { service: { account: HERE, subject: "lab.count.request.v1" } }
          { service: { account: HERE, subject: "_CHARTER.ctl.>" } }
        ]
      }
    }
    no_auth_user: all`,
});

const handlers: Handlers<typeof FramesContract> = {
  async *count({ to }) {
    for (let number = 0; number < to; number += 1) yield { number };
  },
  async *tell({ words }) {
    for (const word of words) yield { word };
  },
};

const serveLab = (
  nc: TestConnection,
  some: Partial<Handlers<typeof FramesContract>> = {},
  options: ServeOptions = {},
) => serve(nc, FramesContract, { ...handlers, ...some }, options);

const numbers = async (frames: AsyncIterable<{ number: number }>) =>
  (await allOf(frames)).map(({ number }) => number);

describe.each(clients)("streaming rpcs on $client", (client) => {
  it.each([0, 1, 2, 31, 32, 33, 48, 64, 65, 10_000])(
    "brings %i frames to the inbox, in order",
    async (to) => {
      const nc = await lab.connect(client);
      const running = await serveLab(nc);
      const caller = await lab.connect(client, { inboxPrefix: "_INBOX.reader" });
      const { count } = createClient(FramesContract, caller);
      expect(await numbers(count({ to }))).toEqual(upTo(to));
      await running.stop();
      expect(running.stats()).toMatchObject([
        { name: "Count", num_requests: 1, num_errors: 0 },
        {},
      ]);
    },
  );

  it.each([0, 1, 1000])("brings %i frames on their own subject, also to others", async (length) => {
    const nc = await lab.connect(client);
    await serveLab(nc);
    const observer = await lab.connect(client);
    const seen = await collect(observer, "lab.tell.frames.v1.>");
    const words = upTo(length).map(String);
    const { tell } = createClient(FramesContract, await lab.connect(client));
    const read = await allOf(tell({ call: { id: "c-1" }, words }));
    expect(read.map(({ word }) => word)).toEqual(words);
    await observer.flush();
    expect(seen.map(({ subject }) => subject)).toEqual(
      Array<string>(length + 1).fill("lab.tell.frames.v1.c-1"),
    );
    expect(seen.at(-1)?.headers?.get("Charter-Eos")).toBe(String(length));
  });

  it("sends frames with their number and nothing else, after a first one that tells where to answer", async () => {
    const nc = await lab.connect(client);
    const { id } = await serveLab(nc);
    const seen = await collect(nc, "lab.tell.frames.v1.>");
    await allOf(
      createClient(FramesContract, nc).tell({ call: { id: "c" }, words: ["", "b", "c"] }),
    );
    const control = expect.stringMatching(new RegExp(`^_CHARTER\\.ctl\\.${id}\\.[0-9a-f-]{36}$`));
    expect(seen.map(headersOf)).toEqual([
      { "Charter-Seq": "0", "Charter-Control": control },
      { "Charter-Seq": "1" },
      { "Charter-Seq": "2" },
      { "Charter-Eos": "3" },
    ]);
    expect(seen.map(({ data }) => data.length)).toEqual([0, 3, 3, 0]);
  });

  it("brings frames of nearly the size that the server takes, whole", async () => {
    const nc = await lab.connect(client);
    const blob = (index: number) => new Uint8Array(1_000_000).fill(index);
    await serveLab(nc, {
      async *count({ to }) {
        for (let number = 0; number < to; number += 1) yield { number, blob: blob(number) };
      },
    });
    let expected = 0;
    for await (const frame of createClient(FramesContract, nc).count({ to: 40 })) {
      expect(frame.number).toBe(expected);
      expect(Buffer.compare(frame.blob, blob(expected))).toBe(0);
      expected += 1;
    }
    expect(expected).toBe(40);
  });

  it("shares calls between the instances of a queue group", async () => {
    const instances = [];
    for (const name of ["a", "b"]) {
      instances.push(
        await serveLab(await lab.connect(client), {
          async *count({ to }) {
            for (let number = 0; number < to; number += 1) yield { number, text: name };
          },
        }),
      );
    }
    const { count } = createClient(FramesContract, await lab.connect(client));
    const calls = await Promise.all(upTo(60).map(() => allOf(count({ to: 100 }))));
    const names = calls.map((frames) => {
      expect(frames.map(({ number }) => number)).toEqual(upTo(100));
      expect(new Set(frames.map(({ text }) => text)).size).toBe(1);
      return frames[0]?.text;
    });
    expect(new Set(names)).toEqual(new Set(["a", "b"]));
    const requests = instances.map((running) => running.stats()[0]?.num_requests ?? 0);
    expect(requests[0]).toBeGreaterThan(0);
    expect((requests[0] ?? 0) + (requests[1] ?? 0)).toBe(60);
  });

  it("brings frames to callers of another account", async () => {
    await serveLab(await lab.connect(client));
    const foreigner = await lab.connect(client, { user: "foreigner", pass: "foreigner" });
    const { count } = createClient(FramesContract, foreigner);
    expect(await numbers(count({ to: 500 }))).toEqual(upTo(500));
  });

  it("sends the request when the first frame is asked for, and gives the frames once", async () => {
    const nc = await lab.connect(client);
    const running = await serveLab(nc);
    const frames = createClient(FramesContract, nc).count({ to: 3 });
    await nc.flush();
    expect(running.stats()[0]?.num_requests).toBe(0);
    expect(await numbers(frames)).toEqual([0, 1, 2]);
    expect(await numbers(frames)).toEqual([]);
    expect(running.stats()[0]?.num_requests).toBe(1);
  });

  it("gives frames to several readers of one iterator in turn", async () => {
    const nc = await lab.connect(client);
    await serveLab(nc);
    const frames = createClient(FramesContract, nc).count({ to: 2 })[Symbol.asyncIterator]();
    const results = await Promise.all([frames.next(), frames.next(), frames.next(), frames.next()]);
    expect(results).toMatchObject([
      { value: { number: 0 } },
      { value: { number: 1 } },
      { done: true },
      { done: true },
    ]);
  });

  it("tells the handler its context, and the caller the headers of the first frame", async () => {
    const nc = await lab.connect(client);
    await serveLab(nc, {
      async *count(_, context) {
        const left = context.remainingMs();
        const { subject, deadlineMs, headers } = context;
        yield { text: `${deadlineMs} ${left > 0 && left <= 700} ${headers?.get("x")}` };
        yield { text: subject };
        yield { text: String(context.remainingMs() > 700) };
      },
    });
    const onReplyHeaders = vi.fn((headers: MessageHeaders) => headers.get("Charter-Schema"));
    const frames = await allOf(
      createClient(FramesContract, nc).count(
        {},
        { deadlineMs: 700, headers: { x: "y" }, onReplyHeaders },
      ),
    );
    expect(frames.map(({ text }) => text)).toEqual(["700 true y", "lab.count.request.v1", "true"]);
    expect(onReplyHeaders).toHaveBeenCalledOnce();
    expect(onReplyHeaders).toHaveReturnedWith("lab/lab@1.2.3");
  });

  it("brings refusals of the service to the caller, whatever subject frames go to", async () => {
    const nc = await lab.connect(client);
    const count = vi.fn(handlers.count);
    const running = await serveLab(nc, { count });
    const client1 = createClient(FramesContract, nc);
    for (const frames of [
      client1.count({ to: 100_001 }),
      client1.tell({ call: { id: "c" }, words: Array<string>(1001).fill("") }),
    ]) {
      const error = await failureOf(allOf<unknown>(frames));
      expect(error).toBeInstanceOf(CharterError);
      expect(error).toMatchObject({ code: "invalid_argument", violations: [{}] });
    }
    const raw = await nc.request("lab.count.request.v1", bytes("\u00ff"), { timeout: 1000 });
    expect(raw.headers?.get("Nats-Service-Error-Code")).toBe("400");
    // A request whose frames subject would not be one token never gets to a handler.
    const wild = await nc.request("lab.tell.request.v1", bytes("\n\u0003\n\u0001>"), {
      timeout: 1000,
    });
    expect(wild.headers?.get("Nats-Service-Error-Code")).toBe("400");
    expect(count).not.toHaveBeenCalled();
    expect(running.stats()).toMatchObject([
      { num_requests: 2, num_errors: 2 },
      { num_requests: 2, num_errors: 2 },
    ]);
  });

  it("answers to no subject that a requester chose, except inboxes", async () => {
    const nc = await lab.connect(client);
    const onError = vi.fn();
    const running = await serveLab(nc, {}, { onError });
    const seen = await collect(nc, ">");
    for (const reply of ["$JS.API.STREAM.DELETE.X", "_INBOXES.a", "lab.count.request.v1"]) {
      nc.publish("lab.count.request.v1", bytes(""), { reply });
    }
    await running.stop();
    expect(seen.map(({ subject }) => subject)).toEqual(Array(3).fill("lab.count.request.v1"));
    expect(onError).toHaveBeenCalledTimes(3);
  });

  it("fails before anything is sent for what cannot be a request", async () => {
    const nc = await lab.connect(client);
    const { count, tell } = createClient(FramesContract, nc);
    const seen = await collect(nc, ">");
    for (const frames of [
      count({ to: -1 }),
      tell({ call: { id: "a.b" } }),
      tell({}),
      count({}, { headers: { "Charter-Seq": "1" } }),
    ]) {
      expect(await failureOf(allOf<unknown>(frames))).toMatchObject({ code: "invalid_argument" });
    }
    expect(await failureOf(allOf(count({}, { deadlineMs: 0 })))).toMatchObject({
      code: "deadline_exceeded",
    });
    await nc.flush();
    expect(seen).toEqual([]);
  });

  it("is unavailable where nobody serves, and where the connection is closed", async () => {
    const nc = await lab.connect(client);
    const { count, tell } = createClient(FramesContract, nc);
    const tale = () => tell({ call: { id: "c" }, words: ["x"] });
    expect(await failureOf(allOf(count({})))).toMatchObject({ code: "unavailable" });
    expect(await failureOf(allOf(tale()))).toMatchObject({ code: "unavailable" });
    await nc.close();
    expect(await failureOf(allOf(count({})))).toMatchObject({ code: "unavailable" });
  });

  it.each(["mute", "blind"])("is permission_denied for the user %s", async (user) => {
    await serveLab(await lab.connect(client));
    const nc = await lab.connect(client, { user, pass: user });
    const frames = createClient(FramesContract, nc).tell({ call: { id: "c" }, words: ["x"] });
    expect(await failureOf(allOf(frames))).toMatchObject({ code: "permission_denied" });
  });

  it("does not start where nobody could answer the frames", async () => {
    const nc = await lab.connect(client, { user: "uncontrolled", pass: "uncontrolled" });
    expect(await failureOf(serveLab(nc))).toMatchObject({ code: "permission_denied" });
  });

  it("is found like every endpoint", async () => {
    const nc = await lab.connect(client);
    await serveLab(nc);
    const info = await nc.request("$SRV.INFO.lab-v1-FramesService", bytes(""), { timeout: 1000 });
    expect(JSON.parse(new TextDecoder().decode(info.data))).toMatchObject({
      endpoints: [
        {
          name: "Count",
          subject: "lab.count.request.v1",
          queue_group: "q.lab",
          metadata: { "charter.rpc": "lab.v1.FramesService.Count" },
        },
        { name: "Tell", subject: "lab.tell.request.v1" },
      ],
    });
  });
});

function headersOf({ headers }: NatsMessage): Record<string, string> {
  return Object.fromEntries(headers?.keys().map((name) => [name, headers.get(name)]) ?? []);
}
