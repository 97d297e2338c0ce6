import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { clients, type TestConnection } from "../../testing/connections.ts";
import { FramesContract } from "../../testing/frames-lab.ts";
import { LabContract } from "../../testing/lab.ts";
import { deferred, failureOf, useLab } from "../../testing/lab-server.ts";
import { SteadyContract } from "../../testing/steady-lab.ts";
import { type Peer, steadyPeer } from "../../testing/steady-peer.ts";
import { serve } from "../service/service.ts";
import type { UnaryHandler } from "../service/service-call.ts";
import { createClient } from "./client.ts";

const lab = useLab();

/** The deadline that came with a request, in milliseconds; NaN where it is the contract's. */
const deadlineOf = (peer: Peer, index: number) =>
  Number(peer.taken[index]?.message.headers?.get("Charter-Deadline-Ms"));

type Echo = UnaryHandler<
  (typeof LabContract.methods.echo)["input"],
  (typeof LabContract.methods.echo)["output"]
>;

/** Calls a service with a handler of its own, which has `deadlineMs` for it. */
async function call(nc: TestConnection, echo: Echo, deadlineMs: number): Promise<unknown> {
  const running = await serve(nc, LabContract, { echo });
  const request = { room: "r1", text: "hello" };
  const ended = createClient(LabContract, nc).echo(request, { deadlineMs });
  return ended.catch((error) => error).finally(() => running.stop());
}

describe.each(clients)("a call in a handler on $client", (client) => {
  const setUp = async () => {
    const nc = await lab.connect(client);
    return { nc, steady: createClient(SteadyContract, nc) };
  };

  it("has no more time than the handler, whatever the contract or the call says", async () => {
    const { nc, steady } = await setUp();
    const peer = await steadyPeer(nc, (request) => request.answer());
    const left: number[] = [];
    await call(
      nc,
      async (_, context) => {
        await steady.add({ id: "contract" });
        left.push(context.remainingMs());
        await steady.add({ id: "explicit" }, { deadlineMs: 100_000 });
        await steady.add({ id: "shorter" }, { deadlineMs: 100 });
        return { text: "done" };
      },
      900,
    );
    expect(deadlineOf(peer, 0)).toBeGreaterThan(0);
    expect(deadlineOf(peer, 0)).toBeLessThanOrEqual(900);
    expect(deadlineOf(peer, 1)).toBeLessThanOrEqual(left[0] ?? 0);
    expect(deadlineOf(peer, 2)).toBeLessThanOrEqual(100);
  });

  it("ends when the handler's time is over", async () => {
    const { nc, steady } = await setUp();
    await steadyPeer(nc);
    const failures = deferred<unknown[]>();
    const startedAt = performance.now();
    await call(
      nc,
      async () => {
        const inside = [steady.look({ id: "a" }), steady.add({ id: "a" }, { deadlineMs: 60_000 })];
        failures.resolve(await Promise.all(inside.map(failureOf)));
        return { text: "too late" };
      },
      200,
    );
    const expired = expect.objectContaining({ code: "deadline_exceeded" });
    expect(await failures.promise).toEqual([expired, expired]);
    expect(performance.now() - startedAt).toBeLessThan(3500);
  });

  it("is not sent after the handler's time is over", async () => {
    const { nc, steady } = await setUp();
    const peer = await steadyPeer(nc, (request) => request.answer());
    const failure = deferred<unknown>();
    await call(
      nc,
      async (_, { signal }) => {
        await once(signal, "abort");
        failure.resolve(await failureOf(steady.look({ id: "a" })));
        return { text: "too late" };
      },
      100,
    );
    expect(await failure.promise).toMatchObject({
      code: "deadline_exceeded",
      message: "lab.v1.SteadyService.Look: no time is left for the call",
    });
    expect(peer.taken).toEqual([]);
  });

  it("is free when the handler has left it behind", async () => {
    const { nc, steady } = await setUp();
    const peer = await steadyPeer(nc, (request) => request.answer());
    const answered = deferred();
    const behind = deferred<unknown>();
    await call(
      nc,
      () => {
        void answered.promise.then(() => behind.resolve(steady.look({ id: "later" })));
        return { text: "done" };
      },
      900,
    );
    answered.resolve();
    await behind.promise;
    expect(peer.taken[0]?.message.headers).toBeUndefined();
  });

  it("is canceled when the reader of a stream has left", async () => {
    const { nc, steady } = await setUp();
    const peer = await steadyPeer(nc);
    const failure = deferred<unknown>();
    await serve(nc, FramesContract, {
      async *count() {
        yield { number: 0 };
        failure.resolve(await failureOf(steady.add({ id: "a" }, { deadlineMs: 60_000 })));
      },
      async *tell() {},
    });
    for await (const _ of createClient(FramesContract, nc).count({})) {
      await peer.request(0);
      break;
    }
    expect(await failure.promise).toMatchObject({ code: "canceled" });
    expect(deadlineOf(peer, 0)).toBeLessThanOrEqual(4000);
  });

  it("that reads a stream has no more time for the first frame than the handler", async () => {
    const { nc } = await setUp();
    const given = deferred<number>();
    await serve(nc, FramesContract, {
      async *count(_, context) {
        given.resolve(context.deadlineMs);
        yield { number: 0 };
      },
      async *tell() {},
    });
    const frames = createClient(FramesContract, nc);
    await call(
      nc,
      async () => {
        for await (const _ of frames.count({})) return { text: "done" };
        return { text: "none" };
      },
      800,
    );
    expect(await given.promise).toBeLessThanOrEqual(800);
  });
});
