import { afterEach, describe, expect, it, vi } from "vitest";
import { clients, type TestConnection } from "../../testing/connections.ts";
import { FramesContract } from "../../testing/frames-lab.ts";
import { block, bytes, collect, deferred, failureOf, useLab } from "../../testing/lab-server.ts";
import { collectControls, end, frame, frames, send, serveRaw } from "../../testing/raw-frames.ts";
import { createClient } from "../client/client.ts";
import { createHeaders } from "../connection/headers.ts";
import { type Handlers, type ServeOptions, serve } from "../service/service.ts";
import type { HandlerContext } from "../service/service-call.ts";
import { creditMessage } from "./control.ts";

const lab = useLab();
afterEach(() => {
  vi.useRealTimers();
});

type Count = Handlers<typeof FramesContract>["count"];

const serveCount = (nc: TestConnection, count: Count, options: ServeOptions = {}) =>
  serve(nc, FramesContract, { count, async *tell() {} }, options);

/** Gives frames without end, and tells how many, and how it was left. */
function endless(blob = new Uint8Array()) {
  const seen = { given: 0 };
  const left = deferred<unknown>();
  async function* count(_: unknown, context: HandlerContext) {
    const { signal } = context;
    try {
      for (;;) {
        seen.given += 1;
        yield { number: seen.given - 1, blob };
      }
    } finally {
      left.resolve(signal.reason);
    }
  }
  return { seen, left: left.promise, count };
}

/** Takes this many frames, and holds on to the rest. */
async function take(iterator: AsyncIterator<unknown>, count: number): Promise<void> {
  for (let taken = 0; taken < count; taken += 1) {
    expect(await iterator.next()).toMatchObject({ done: false });
  }
}

/** Time for everything that is under way to arrive, and to be answered, a few times over. */
async function settle(...connections: TestConnection[]): Promise<void> {
  for (let round = 0; round < 10; round += 1) {
    for (const nc of connections) await nc.flush();
  }
}

const canceled = expect.objectContaining({ code: "canceled" });

describe.each(clients)("the flow of frames on $client", (client) => {
  it("stops the handler at the window of a reader that pauses, and goes on with its credit", async () => {
    const [service, nc] = [await lab.connect(client), await lab.connect(client)];
    const { seen, left, count } = endless();
    await serveCount(service, count);
    const iterator = createClient(FramesContract, nc).count({})[Symbol.asyncIterator]();
    await take(iterator, 1);
    await settle(service, nc);
    expect(seen.given).toBe(32);
    await take(iterator, 15);
    await settle(service, nc);
    expect(seen.given).toBe(48);
    await take(iterator, 15);
    await settle(service, nc);
    expect(seen.given).toBe(48);
    await iterator.return?.();
    expect(await left).toEqual(canceled);
  });

  it.each([
    ["small", 0, 256],
    ["large", 20_000, 32],
  ])(
    "keeps at most a window of %s frames for a reader that keeps up and then pauses",
    async (_, size, window) => {
      const [service, nc] = [await lab.connect(client), await lab.connect(client)];
      const { seen, count } = endless(new Uint8Array(size));
      await serveCount(service, count);
      const iterator = createClient(FramesContract, nc).count({})[Symbol.asyncIterator]();
      let taken = 0;
      for (let round = 0; round < 6; round += 1) {
        // Takes all that there is, and waits for more.
        const some = seen.given - taken + 1;
        await take(iterator, some);
        taken += some;
        await settle(service, nc);
      }
      expect(seen.given - taken).toBeLessThanOrEqual(window);
      expect(seen.given - taken).toBeGreaterThanOrEqual(window / 2);
      await iterator.return?.();
    },
  );

  it("lets a reader pause for longer than the service may", async () => {
    const [service, nc] = [await lab.connect(client), await lab.connect(client)];
    await serveCount(service, async function* () {
      for (let number = 0; number < 100; number += 1) yield { number };
    });
    const { count, tell } = FramesContract.methods;
    const hasty = { ...FramesContract, methods: { count: { ...count, idleTimeoutMs: 300 }, tell } };
    const iterator = createClient(hasty, nc).count({})[Symbol.asyncIterator]();
    await take(iterator, 1);
    await settle(service, nc);
    for (let round = 0; round < 2; round += 1) {
      block(350);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await take(iterator, 99);
    expect(await iterator.next()).toMatchObject({ done: true });
  });

  it("tells the service that a reader is still there, without credit", async () => {
    const nc = await lab.connect(client);
    const controls = await collectControls(nc);
    await serveRaw(nc, "lab.count.request.v1", ({ reply = "" }) => send(nc, reply, [frame(0)]));
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    const iterator = createClient(FramesContract, nc).count({})[Symbol.asyncIterator]();
    await take(iterator, 1);
    vi.advanceTimersByTime(5000);
    await nc.flush();
    expect(controls()).toEqual(["credit 0"]);
    await iterator.return?.();
    vi.advanceTimersByTime(20_000);
    await nc.flush();
    expect(controls()).toEqual(["credit 0", "cancel"]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("gives credit for half a window at a time, and none after the end", async () => {
    const nc = await lab.connect(client);
    const controls = await collectControls(nc);
    await serveRaw(nc, "lab.count.request.v1", ({ reply = "" }) =>
      send(nc, reply, [...frames(0, 31), end(31)]),
    );
    const iterator = createClient(FramesContract, nc).count({})[Symbol.asyncIterator]();
    await take(iterator, 1);
    await settle(nc);
    await take(iterator, 30);
    expect(await iterator.next()).toMatchObject({ done: true });
    await settle(nc);
    expect(controls()).toEqual([]);
  });

  it("ends the handler when the reader leaves its loop", async () => {
    const [service, nc] = [await lab.connect(client), await lab.connect(client)];
    const { left, count } = endless();
    const running = await serveCount(service, count);
    for await (const { number } of createClient(FramesContract, nc).count({})) {
      if (number === 100) break;
    }
    expect(await left).toEqual(canceled);
    await running.stop();
    expect(running.stats()).toMatchObject([{ num_requests: 1, num_errors: 0, last_error: "" }, {}]);
  });

  it("ends the handler, and the loop, when the caller's signal fires", async () => {
    const [service, nc] = [await lab.connect(client), await lab.connect(client)];
    const { left, count } = endless();
    await serveCount(service, count);
    const controller = new AbortController();
    const { signal } = controller;
    const iterator = createClient(FramesContract, nc).count({}, { signal })[Symbol.asyncIterator]();
    await take(iterator, 5);
    controller.abort("enough");
    // Also the frames that have come are not wanted any more.
    const error = await failureOf(iterator.next());
    expect(error).toMatchObject({ code: "canceled", cause: "enough" });
    expect(await iterator.next()).toMatchObject({ done: true });
    expect(await left).toEqual(canceled);
    const late = createClient(FramesContract, nc).count({}, { signal });
    expect(await failureOf(late[Symbol.asyncIterator]().next())).toMatchObject({
      code: "canceled",
    });
  });

  it.each(["signal", "return"])(
    "ends a handler that has given no frame by %s, with its first",
    async (how) => {
      const [service, nc] = [await lab.connect(client), await lab.connect(client)];
      const begun = deferred();
      const goOn = deferred();
      const left = deferred<unknown>();
      await serveCount(service, async function* (_, { signal }) {
        begun.resolve();
        await goOn.promise;
        try {
          yield { number: 0 };
          yield { number: 1 };
          await new Promise((resolve) => signal.addEventListener("abort", resolve));
        } finally {
          left.resolve(signal.reason);
        }
      });
      const controller = new AbortController();
      const { signal } = controller;
      const iterator = createClient(FramesContract, nc)
        .count({}, { signal })
        [Symbol.asyncIterator]();
      const first = iterator.next().catch((error: unknown) => error);
      await begun.promise;
      if (how === "signal") controller.abort();
      else await iterator.return?.();
      expect(await first).toMatchObject(how === "signal" ? { code: "canceled" } : { done: true });
      goOn.resolve();
      expect(await left.promise).toEqual(canceled);
    },
  );

  it("ends the handler when the caller is gone", async () => {
    const [service, nc] = [await lab.connect(client), await lab.connect(client)];
    const { left, count } = endless();
    const running = await serveCount(service, count, { streaming: { callerSilenceMs: 50 } });
    const frames = createClient(FramesContract, nc).count({}, { deadlineMs: 600_000 });
    const iterator = frames[Symbol.asyncIterator]();
    await take(iterator, 1);
    await nc.close();
    expect(await left).toMatchObject({ code: "deadline_exceeded" });
    await running.stop();
    expect(running.stats()).toMatchObject([{ num_requests: 1, num_errors: 1 }, {}]);
  });

  it("tells a caller that it took for gone", async () => {
    const [service, nc] = [await lab.connect(client), await lab.connect(client)];
    const { left, count } = endless();
    await serveCount(service, count, { streaming: { callerSilenceMs: 30 } });
    const iterator = createClient(FramesContract, nc).count({})[Symbol.asyncIterator]();
    await take(iterator, 1);
    await left;
    await take(iterator, 31);
    expect(await failureOf(iterator.next())).toMatchObject({
      code: "deadline_exceeded",
      message: expect.stringContaining("the caller said nothing for 30 ms"),
    });
  });

  it("ends the handler when no first frame comes in time, and tells the caller", async () => {
    const nc = await lab.connect(client);
    const left = deferred<unknown>();
    await serveCount(nc, async function* (_, { signal }) {
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      left.resolve(signal.reason);
      yield {};
    });
    const headers = createHeaders({ "Charter-Deadline-Ms": "20" });
    const request = nc.request("lab.count.request.v1", bytes(""), { timeout: 1000, headers });
    expect((await request).headers?.get("Nats-Service-Error-Code")).toBe("504");
    expect(await left.promise).toMatchObject({ code: "deadline_exceeded" });
  });

  it("ends a handler that blocks past the deadline with its first frame", async () => {
    const nc = await lab.connect(client);
    await serveCount(nc, async function* (_, context) {
      while (context.remainingMs() > 0);
      yield {};
    });
    const headers = createHeaders({ "Charter-Deadline-Ms": "5" });
    const request = nc.request("lab.count.request.v1", bytes(""), { timeout: 1000, headers });
    expect((await request).headers?.get("Nats-Service-Error-Code")).toBe("504");
  });

  it("keeps no more credit than it has memory for, whatever a caller gives", async () => {
    const nc = await lab.connect(client);
    const { seen, count } = endless();
    const running = await serveCount(nc, count, { streaming: { stopGraceMs: 0 } });
    const received = await collect(nc, "_INBOX.greedy");
    nc.publish("lab.count.request.v1", bytes(""), { reply: "_INBOX.greedy" });
    await settle(nc);
    expect(seen.given).toBe(32);
    const to = received[0]?.headers?.get("Charter-Control") ?? "";
    nc.publish(to, creditMessage(0xffff_ffff));
    nc.publish(to, creditMessage(0xffff_ffff));
    await settle(nc);
    expect(seen.given).toBe(32 + 1024);
    await running.stop();
  });

  it("reports control messages that are none, and takes no notice of others' calls", async () => {
    const nc = await lab.connect(client);
    const { seen, count } = endless();
    const onError = vi.fn();
    const running = await serveCount(nc, count, { onError, streaming: { stopGraceMs: 0 } });
    const received = await collect(nc, "_INBOX.odd");
    nc.publish("lab.count.request.v1", bytes(""), { reply: "_INBOX.odd" });
    await settle(nc);
    nc.publish(received[0]?.headers?.get("Charter-Control") ?? "", bytes("\u00ff\u00ff"));
    nc.publish(`_CHARTER.ctl.${running.id}.other`, creditMessage(100));
    nc.publish(`_CHARTER.ctl.${running.id}.a.b`, creditMessage(100));
    await settle(nc);
    expect(seen.given).toBe(32);
    expect(onError).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ code: "invalid_argument" }),
      "lab.v1.FramesService.Count",
    );
    await running.stop();
  });
});
