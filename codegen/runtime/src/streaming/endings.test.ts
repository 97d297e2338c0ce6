import { describe, expect, it, vi } from "vitest";
import { clients, type TestConnection } from "../../testing/connections.ts";
import { allOf, FramesContract, read, upTo } from "../../testing/frames-lab.ts";
import { collect, deferred, failureOf, useLab } from "../../testing/lab-server.ts";
import { compressed, compressedSecret, curveSeed, secret } from "../../testing/payload-labs.ts";
import { createClient } from "../client/client.ts";
import type { PayloadPolicy } from "../contract/contract.ts";
import { CharterError } from "../errors/charter-error.ts";
import { payloadKeys } from "../payload/payload-keys.ts";
import { type Handlers, type ServeOptions, serve } from "../service/service.ts";
import type { HandlerContext } from "../service/service-call.ts";

const lab = useLab({ config: "max_payload: 65536" });

type Count = Handlers<typeof FramesContract>["count"];

const serveCount = (nc: TestConnection, count: Count, options: ServeOptions = {}) =>
  serve(nc, FramesContract, { count, async *tell() {} }, options);

const failed = (numbers: readonly number[], fields: object) => ({
  numbers,
  error: expect.objectContaining(fields),
});

const broken = new Error("secret");
const refusal = new CharterError("not_found", "no more numbers", { cause: "secret" });

/** Frames 0 and 1, and then what `last` does. */
const afterTwo = (last: () => object): Count =>
  async function* () {
    yield* [{ number: 0 }, { number: 1 }];
    yield last();
  };

function raise(error: Error): never {
  throw error;
}

describe.each(clients)("the end of frames on $client", (client) => {
  it.each<readonly [string, Count, readonly number[]]>([
    ["before the first frame", () => raise(refusal), []],
    ["on the way", afterTwo(() => raise(refusal)), [0, 1]],
  ])("is the CharterError that a handler throws %s", async (_, count, numbers) => {
    const nc = await lab.connect(client);
    const onError = vi.fn();
    const running = await serveCount(nc, count, { onError });
    expect(await read(createClient(FramesContract, nc).count({}))).toEqual(
      failed(numbers, { code: "not_found", message: "no more numbers" }),
    );
    expect(onError).not.toHaveBeenCalled();
    await running.stop();
    const last_error = "not_found: no more numbers";
    expect(running.stats()).toMatchObject([{ num_requests: 1, num_errors: 1, last_error }, {}]);
  });

  it.each<readonly [string, Count, readonly number[]]>([
    ["throws before the first frame", () => raise(broken), []],
    ["throws on the way", afterTwo(() => raise(broken)), [0, 1]],
    ["gives no frames", (() => ({})) as unknown as Count, []],
    ["gives what is no frame", afterTwo(() => ({ number: -1 })), [0, 1]],
    ["gives nothing for a frame", afterTwo(() => undefined as unknown as object), [0, 1]],
    [
      "gives a frame over the server's limit",
      afterTwo(() => ({ blob: new Uint8Array(70_000) })),
      [0, 1],
    ],
  ])("is internal without the text when a handler %s, and reported", async (_, count, numbers) => {
    const nc = await lab.connect(client);
    const onError = vi.fn();
    const seen = await collect(nc, ">");
    await serveCount(nc, count, { onError });
    const outcome = await read(createClient(FramesContract, nc).count({}));
    expect(outcome).toEqual(failed(numbers, { code: "internal", message: "the service failed" }));
    expect(onError).toHaveBeenCalledExactlyOnceWith(
      expect.any(Error),
      "lab.v1.FramesService.Count",
    );
    for (const { data } of seen) expect(new TextDecoder().decode(data)).not.toContain("secret");
  });

  it("goes to the inbox as long as no frame was sent, then to the frames subject", async () => {
    const nc = await lab.connect(client);
    const seen = await collect(nc, "lab.tell.frames.v1.>");
    await serve(nc, FramesContract, {
      async *count() {},
      async *tell({ words }) {
        yield* words.map((word) => ({ word }));
        throw refusal;
      },
    });
    const { tell } = createClient(FramesContract, nc);
    for (const words of [[], ["a"]]) {
      const frames = tell({ call: { id: "c" }, words });
      expect(await failureOf(allOf(frames))).toMatchObject({ code: "not_found" });
      expect(seen.map(({ headers }) => headers?.get("Nats-Service-Error-Code"))).toEqual(
        words.length === 0 ? [] : ["", "404"],
      );
    }
  });

  it("runs `finally` of a handler whose frame cannot be sent", async () => {
    const nc = await lab.connect(client);
    const left = deferred();
    const count: Count = async function* () {
      try {
        yield { number: -1 };
      } finally {
        left.resolve();
      }
    };
    await serveCount(nc, count, { onError: () => {} });
    expect(await read(createClient(FramesContract, nc).count({}))).toEqual(
      failed([], { code: "internal" }),
    );
    await left.promise;
  });

  it("comes whole when the service stops, which takes no new calls", async () => {
    const [service, nc] = [await lab.connect(client), await lab.connect(client)];
    const goOn = deferred();
    const running = await serveCount(service, async function* () {
      yield { number: 0 };
      await goOn.promise;
      for (let number = 1; number < 500; number += 1) yield { number };
    });
    const { count } = createClient(FramesContract, nc);
    const iterator = count({})[Symbol.asyncIterator]();
    await iterator.next();
    let stopped = false;
    const stopping = running.stop().then(() => {
      stopped = true;
    });
    for (let round = 0; round < 5; round += 1) await service.flush();
    expect(await read(count({}))).toEqual(failed([], { code: "unavailable" }));
    expect(stopped).toBe(false);
    goOn.resolve();
    const rest = await read({ [Symbol.asyncIterator]: () => iterator });
    expect(rest.error).toBeNull();
    expect(rest.numbers).toHaveLength(499);
    await stopping;
    expect(running.stats()).toMatchObject([{ num_requests: 1, num_errors: 0 }, {}]);
  });

  it("is unavailable for calls that outlast the grace of a service that stops", async () => {
    const [service, nc] = [await lab.connect(client), await lab.connect(client)];
    let reason: unknown;
    const count: Count = async function* (_, { signal }) {
      try {
        yield { number: 0 };
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
      } finally {
        reason = signal.reason;
      }
    };
    const running = await serveCount(service, count, { streaming: { stopGraceMs: 10 } });
    const iterator = createClient(FramesContract, nc).count({})[Symbol.asyncIterator]();
    await iterator.next();
    const pending = failureOf(iterator.next());
    await running.stop();
    expect(reason).toMatchObject({ code: "unavailable" });
    expect(await pending).toMatchObject({
      code: "unavailable",
      message: expect.stringContaining("the service stops"),
    });
  });

  it("does not keep a service that stops waiting for a handler that never leaves", async () => {
    const nc = await lab.connect(client);
    const count: Count = async function* () {
      yield { number: 0 };
      await new Promise(() => {});
    };
    const running = await serveCount(nc, count, { streaming: { stopGraceMs: 0 } });
    const iterator = createClient(FramesContract, nc).count({})[Symbol.asyncIterator]();
    await iterator.next();
    await running.stop();
    expect(await failureOf(iterator.next())).toMatchObject({ code: "unavailable" });
  });

  it("reaches the handler when the connection of the service closes", async () => {
    const [service, nc] = [await lab.connect(client), await lab.connect(client)];
    const left = deferred<unknown>();
    await serveCount(service, async function* (_, { signal }) {
      yield { number: 0 };
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      left.resolve(signal.reason);
    });
    const iterator = createClient(FramesContract, nc).count({})[Symbol.asyncIterator]();
    await iterator.next();
    await service.close();
    expect(await left.promise).toMatchObject({ code: "unavailable" });
    await iterator.return?.();
  });

  it("reports what a handler throws after its end, except for what the signal made it throw", async () => {
    const nc = await lab.connect(client);
    const onError = vi.fn();
    const aborted = ({ signal }: HandlerContext) =>
      new Promise((resolve) => signal.addEventListener("abort", resolve));
    const errors = [broken, new DOMException("", "AbortError"), refusal];
    const count: Count = async function* ({ to }, context) {
      yield { number: 0 };
      await aborted(context);
      throw errors[to];
    };
    const running = await serveCount(nc, count, { onError });
    for (const to of errors.keys()) {
      for await (const _ of createClient(FramesContract, nc).count({ to })) break;
    }
    await running.stop();
    expect(onError).toHaveBeenCalledExactlyOnceWith(broken, "lab.v1.FramesService.Count");
  });

  it("lets iterables that are no generators end early", async () => {
    const nc = await lab.connect(client);
    const left = deferred();
    await serveCount(nc, () => ({
      [Symbol.asyncIterator]: () => ({
        next: async () => ({ done: false, value: { number: 7 } }),
        async return() {
          left.resolve();
          return { done: true, value: undefined };
        },
      }),
    }));
    for await (const { number } of createClient(FramesContract, nc).count({})) {
      expect(number).toBe(7);
      break;
    }
    await left.promise;
  });

  it.each<readonly [string, PayloadPolicy]>([
    ["compressed", compressed],
    ["sealed", secret],
    ["compressed and sealed", compressedSecret],
  ])("comes after frames that are %s", async (_, policy) => {
    const nc = await lab.connect(client);
    const { count, tell } = FramesContract.methods;
    const contract = {
      ...FramesContract,
      methods: { count: { ...count, policy }, tell: { ...tell, policy } },
    };
    const own = curveSeed();
    const serving = payloadKeys({ own });
    await serve(
      nc,
      contract,
      {
        async *count({ to }) {
          for (let number = 0; number < to; number += 1) {
            yield { number, blob: new Uint8Array(number % 2 === 0 ? 10 : 40_000) };
          }
          throw refusal;
        },
        async *tell({ words }) {
          yield* words.map((word) => ({ word }));
        },
      },
      { keys: serving },
    );
    const keys = payloadKeys({
      own: curveSeed(),
      services: { "lab/lab": serving.publicKey },
    });
    const seen = await collect(nc, "lab.tell.frames.v1.>");
    const client1 = createClient(contract, nc, { keys });
    const outcome = await read(client1.count({ to: 100 }));
    expect(outcome).toEqual(failed(upTo(100), { code: "not_found", message: "no more numbers" }));
    const words = ["secret a", "secret b"];
    const story = await allOf(client1.tell({ call: { id: "c" }, words }));
    expect(story.map(({ word }) => word)).toEqual(words);
    const inClear = seen.some(({ data }) => new TextDecoder().decode(data).includes("secret"));
    expect(inClear).toBe(policy.encryption === null);
  });
});
