import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { ErrorSchema } from "../../gen/charter/nats/v1/error_pb.js";
import { clients, type TestConnection } from "../../testing/connections.ts";
import { EchoRequestSchema, EchoResponseSchema } from "../../testing/gen/lab/v1/lab_pb.js";
import { bytes, collect, failureOf, useLab } from "../../testing/lab-server.ts";
import {
  compressed,
  compressedSecret,
  curveSeed,
  labUnder,
  plain,
  secret,
} from "../../testing/payload-labs.ts";
import { createClient } from "../client/client.ts";
import type { MessageHeaders, NatsMessage } from "../connection/connection.ts";
import { createHeaders, headerNames } from "../connection/headers.ts";
import { CharterError } from "../errors/charter-error.ts";
import { serve } from "../service/service.ts";
import { type PayloadKeyConfig, payloadKeys } from "./payload-keys.ts";
import { requestReceiver, requestSender } from "./request-coder.ts";

const lab = useLab();
const PlainContract = labUnder(plain);
const subject = "lab.echo.request.v1.r1";
const module = "lab/lab";
const blob = new Uint8Array(50_000).fill(7);
const request = { room: "r1", text: "hush" };

/** Keys of a caller and of the service that it calls. */
function keyPair(caller: Partial<PayloadKeyConfig> = {}, service: Partial<PayloadKeyConfig> = {}) {
  const ofService = payloadKeys({ own: curveSeed(), ...service });
  const services = { [module]: ofService.publicKey };
  return { service: ofService, caller: payloadKeys({ own: curveSeed(), services, ...caller }) };
}

const echo = {
  echo: ({ text, blob }: { text: string; blob: Uint8Array }) => {
    if (text === "fail") throw new CharterError("not_found", "no hush here");
    return { text, blob };
  },
};

const textOf = (data: Uint8Array) => Buffer.from(data).toString("latin1");
const inClear = (text: string) =>
  toBinary(EchoRequestSchema, create(EchoRequestSchema, { room: "r1", text }));

/** Sends by hand what no stub sends, and gives the reply. */
function ask(nc: TestConnection, payload: Uint8Array, headers?: MessageHeaders) {
  return nc.request(subject, payload, headers ? { timeout: 2000, headers } : { timeout: 2000 });
}

/** Answers requests by hand, as anybody could who may publish to the caller's inbox. */
async function answer(
  nc: TestConnection,
  reply: (message: NatsMessage) => { payload: Uint8Array; headers?: MessageHeaders | undefined },
) {
  nc.subscribe(subject, {
    callback(_, message) {
      const { payload, headers } = reply(message);
      nc.publish(message.reply ?? "", payload, headers === undefined ? {} : { headers });
    },
  });
  await nc.flush();
}

describe.each(clients)("an rpc that allows zstd, on $client", (client) => {
  const contract = labUnder(compressed);

  it("compresses requests and replies over 16 KiB, and those only", async () => {
    const nc = await lab.connect(client);
    const messages = await collect(nc, ">");
    await serve(nc, contract, echo);
    const { echo: call } = createClient(contract, nc);
    expect((await call({ ...request, blob })).blob).toEqual(blob);
    expect((await call(request)).text).toBe("hush");
    const seen = messages.map(({ data, headers }) => [
      headers?.get(headerNames.encoding) ?? "",
      data.length < 200,
    ]);
    expect(seen).toEqual([
      ["zstd", true],
      ["zstd", true],
      ["", true],
      ["", true],
    ]);
  });

  it("answers what it cannot decompress with invalid_argument", async () => {
    const nc = await lab.connect(client);
    await serve(nc, contract, echo);
    const bomb = [0x28, 0xb5, 0x2f, 0xfd, 0xa0, 0, 0, 0, 0x40, 0x03, 0, 0x40, 0];
    const headers = () => createHeaders({ [headerNames.encoding]: "zstd" });
    for (const payload of [Uint8Array.from(bomb), inClear("x"), new Uint8Array()]) {
      const reply = await ask(nc, payload, headers());
      expect(reply.headers?.get(headerNames.errorCode)).toBe("400");
    }
    const gzip = createHeaders({ [headerNames.encoding]: "gzip" });
    expect((await ask(nc, inClear("x"), gzip)).headers?.get(headerNames.errorCode)).toBe("400");
  });

  it("gives a reply that cannot be decompressed to the caller as data_loss", async () => {
    const nc = await lab.connect(client);
    const headers = createHeaders({ [headerNames.encoding]: "zstd" });
    await answer(nc, () => ({ payload: bytes("no frame"), headers }));
    const error = await failureOf(createClient(contract, nc).echo(request));
    expect(error).toMatchObject({ code: "data_loss" });
  });

  it("is refused by a service whose contract knows nothing of it", async () => {
    const nc = await lab.connect(client);
    await serve(nc, PlainContract, echo);
    const error = await failureOf(createClient(contract, nc).echo({ ...request, blob }));
    expect(error).toMatchObject({
      code: "invalid_argument",
      message: expect.stringContaining(headerNames.encoding),
    });
  });

  it.each([
    [headerNames.encoding, "zstd"],
    [headerNames.encryption, "xkv1"],
  ])("is refused by a caller whose contract knows nothing of %s", async (name, value) => {
    const nc = await lab.connect(client);
    const reply = toBinary(EchoResponseSchema, create(EchoResponseSchema, { text: "x" }));
    await answer(nc, () => ({ payload: reply, headers: createHeaders({ [name]: value }) }));
    const error = await failureOf(createClient(PlainContract, nc).echo(request));
    expect(error).toMatchObject({ code: "data_loss" });
  });
});

describe.each(clients)("an rpc that demands encryption, on $client", (client) => {
  const contract = labUnder(secret);

  it("is served, and no payload on the bus shows what it holds", async () => {
    const nc = await lab.connect(client);
    const messages = await collect(nc, ">");
    const keys = keyPair();
    await serve(nc, contract, echo, { keys: keys.service });
    const { echo: call } = createClient(contract, nc, { keys: keys.caller });
    expect(await call(request)).toMatchObject({ text: "hush" });
    const failure = await failureOf(call({ ...request, text: "fail" }));
    expect(failure).toMatchObject({ code: "not_found", message: "no hush here" });
    expect(messages).toHaveLength(4);
    for (const { data, headers } of messages) {
      expect(headers?.get(headerNames.encryption)).toBe("xkv1");
      expect(textOf(data)).not.toMatch(/hush|fail/);
      expect(headers?.has(headerNames.errorText)).toBe(false);
    }
    const [asked, answered, , failed] = messages.map(({ headers }) => headers);
    expect(asked?.get(headerNames.senderKey)).toBe(keys.caller.publicKey);
    expect(answered?.get(headerNames.senderKey)).toBe(keys.service.publicKey);
    expect(failed?.get(headerNames.errorCode)).toBe("404");
  });

  it("compresses before it seals", async () => {
    const nc = await lab.connect(client);
    const messages = await collect(nc, ">");
    const keys = keyPair();
    const both = labUnder(compressedSecret);
    await serve(nc, both, echo, { keys: keys.service });
    const { echo: call } = createClient(both, nc, { keys: keys.caller });
    expect((await call({ ...request, blob })).blob).toEqual(blob);
    expect(messages.map(({ data }) => data.length < 300)).toEqual([true, true]);
  });

  it("takes nothing in clear, and says so with a status alone", async () => {
    const nc = await lab.connect(client);
    let handled = 0;
    const counting = { echo: () => ({ text: `${++handled}` }) };
    await serve(nc, contract, counting, { keys: keyPair().service });
    const key = keyPair().caller.publicKey;
    const heads = [
      undefined,
      createHeaders({ [headerNames.encryption]: "xkv1" }),
      createHeaders({ [headerNames.encryption]: "xkv2", [headerNames.senderKey]: key }),
      createHeaders({ [headerNames.encryption]: "xkv1", [headerNames.senderKey]: "X1" }),
    ];
    for (const headers of heads) {
      const reply = await ask(nc, inClear("hush"), headers);
      expect(reply.headers?.get(headerNames.errorCode)).toBe("400");
      expect(reply.headers?.get(headerNames.errorText)).toBe(
        "only encrypted payloads are taken here",
      );
      expect(reply.data).toHaveLength(0);
    }
    const error = await failureOf(createClient(PlainContract, nc).echo(request));
    expect(error).toMatchObject({ code: "invalid_argument" });
    expect(handled).toBe(0);
  });

  it("is not called or served without keys, which is failed_precondition and sends nothing", async () => {
    const nc = await lab.connect(client);
    const messages = await collect(nc, ">");
    const strangers = payloadKeys({
      own: curveSeed(),
      services: { "lab/other": keyPair().service.publicKey },
    });
    for (const options of [{}, { keys: strangers }]) {
      const error = await failureOf(createClient(contract, nc, options).echo(request));
      expect(error).toMatchObject({
        code: "failed_precondition",
        message: expect.stringMatching(/Echo.*services\["lab\/lab"\].*payloadKeys/),
      });
    }
    expect(await failureOf(serve(nc, contract, echo))).toMatchObject({
      code: "failed_precondition",
    });
    await nc.flush();
    expect(messages).toEqual([]);
  });

  it("is data_loss at a caller that has the wrong key for the service", async () => {
    const nc = await lab.connect(client);
    await serve(nc, contract, echo, { keys: keyPair().service });
    const { echo: call } = createClient(contract, nc, { keys: keyPair().caller });
    const error = await failureOf(call(request));
    expect(error).toMatchObject({ code: "data_loss" });
    expect((error as Error).message).not.toMatch(/hush|X[A-Z2-7]{55}/);
  });

  it("refuses a request that was changed, or sealed for another rpc, without detail", async () => {
    const nc = await lab.connect(client);
    const keys = keyPair();
    await serve(nc, contract, echo, { keys: keys.service });
    const { echo: method } = contract.methods;
    const elsewhere = { ...method, subject: { ...method.subject, wildcard: "lab.other.v1.*" } };
    const damaged = (asked: ReturnType<NonNullable<ReturnType<typeof requestSender>>>) => {
      const payload = asked.payload.slice();
      payload[40] = (payload[40] ?? 0) ^ 1;
      return { ...asked, payload };
    };
    const sender = requestSender(method, module, keys.caller);
    const other = requestSender(elsewhere, module, keys.caller);
    const envelope = { payload: inClear("hush"), headers: undefined };
    const [changed, foreign] = [sender?.(envelope), other?.(envelope)];
    if (changed === undefined || foreign === undefined) throw new Error("nothing was sealed");
    const asked = damaged(changed);
    const reply = await ask(nc, asked.payload, asked.headers);
    expect(fromBinary(ErrorSchema, asked.openReply(reply)).message).toBe(
      "lab.v1.LabService.Echo: the payload was not sealed for this service and this rpc",
    );
    const refused = await ask(nc, foreign.payload, foreign.headers);
    expect(refused.headers?.get(headerNames.errorCode)).toBe("400");
  });

  it("takes no reply but the service's own to this very request", async () => {
    const nc = await lab.connect(client);
    const keys = keyPair();
    const receive = requestReceiver(contract.methods.echo, keys.service);
    const reply = toBinary(EchoResponseSchema, create(EchoResponseSchema, { text: "forged" }));
    const replies: ((message: NatsMessage) => ReturnType<Parameters<typeof answer>[1]>)[] = [
      // The shared secret is the same both ways, so the caller's own request would open.
      ({ data, headers }) => {
        headers?.set(headerNames.senderKey, keys.service.publicKey);
        return { payload: data, headers };
      },
      // By somebody else who knows the caller's public key.
      (message) => {
        const other = requestReceiver(contract.methods.echo, keyPair().service);
        return (
          other?.(message).answer({ payload: reply, headers: undefined }) ?? { payload: reply }
        );
      },
      // In clear, as a message and as an error that the caller might act upon.
      () => ({ payload: reply }),
      () => ({ payload: reply, headers: createHeaders({ [headerNames.errorCode]: "404" }) }),
      // An error that is made to look like a message.
      (message) => {
        const headers = createHeaders({ [headerNames.errorCode]: "404" });
        const sealed = receive?.(message).answer({ payload: reply, headers });
        const { payload, headers: kept } = sealed ?? { payload: reply, headers };
        const names = [headerNames.encryption, headerNames.senderKey];
        const fewer = names.map((name) => [name, kept?.get(name) ?? ""]);
        return { payload, headers: createHeaders(Object.fromEntries(fewer)) };
      },
    ];
    // The service's own reply to an earlier request.
    let earlier: ReturnType<(typeof replies)[number]> | undefined;
    replies.push((message) => {
      const mine = receive?.(message).answer({ payload: reply, headers: undefined });
      earlier ??= mine;
      return earlier ?? { payload: reply };
    });
    let turn = 0;
    await answer(nc, (message) => {
      const make = replies[Math.min(turn, replies.length - 1)];
      turn += 1;
      return make?.(message) ?? { payload: reply };
    });
    const { echo: call } = createClient(contract, nc, { keys: keys.caller });
    const outcomes: string[] = [];
    for (let count = 0; count < replies.length + 1; count++) {
      outcomes.push(
        await call(request).then(
          ({ text }) => text,
          (error: CharterError) => error.code,
        ),
      );
    }
    const refusals = replies.slice(1).map(() => "data_loss");
    expect(outcomes).toEqual([...refusals, "forged", "data_loss"]);
  });

  it("takes only senders on its list, if it has one", async () => {
    const nc = await lab.connect(client);
    const friend = payloadKeys({ own: curveSeed() });
    const keys = keyPair({}, { accept: [friend.publicKey] });
    await serve(nc, contract, echo, { keys: keys.service });
    const error = await failureOf(createClient(contract, nc, { keys: keys.caller }).echo(request));
    expect(error).toMatchObject({ code: "permission_denied" });
  });

  it("goes on while the keys of the service change", async () => {
    const nc = await lab.connect(client);
    const [old, fresh] = [curveSeed(), curveSeed()];
    const keysFor = (seed: string) => {
      const services = { [module]: payloadKeys({ own: seed }).publicKey };
      return payloadKeys({ own: curveSeed(), services });
    };
    await serve(nc, contract, echo, { keys: payloadKeys({ own: [fresh, old] }) });
    for (const seed of [old, fresh]) {
      const reply = await createClient(contract, nc, { keys: keysFor(seed) }).echo(request);
      expect(reply.text).toBe("hush");
    }
  });
});

it("requestReceiver and openReply take any bytes without harm", () => {
  const keys = keyPair();
  const { echo: method } = labUnder(compressedSecret).methods;
  const receive = requestReceiver(method, keys.service);
  const sent = requestSender(
    method,
    module,
    keys.caller,
  )?.({
    payload: inClear("hush"),
    headers: undefined,
  });
  const heads = [keys.caller.publicKey, keys.service.publicKey, "", "X"].map((key) =>
    createHeaders({
      [headerNames.encryption]: "xkv1",
      [headerNames.encoding]: "zstd",
      [headerNames.senderKey]: key,
    }),
  );
  for (let length = 0; length < 300; length++) {
    const data = crypto.getRandomValues(new Uint8Array(length));
    if (length % 2 === 0) data.set(bytes("xkv1").subarray(0, length));
    for (const headers of [...heads, undefined]) {
      const received = receive?.({ data, headers });
      for (const open of [received?.open, () => sent?.openReply({ data, headers })]) {
        expect(() => open?.()).toThrow(CharterError);
      }
      expect(received?.answer({ payload: data, headers: undefined }).payload).toBeDefined();
    }
  }
});
