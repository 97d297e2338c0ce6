import { create, toBinary } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { clients, type TestConnection } from "../../testing/connections.ts";
import { EchoResponseSchema } from "../../testing/gen/lab/v1/lab_pb.js";
import { LabContract } from "../../testing/lab.ts";
import { bytes, deferred, failureOf, useLab } from "../../testing/lab-server.ts";
import type { MessageHeaders, NatsMessage } from "../connection/connection.ts";
import { createHeaders } from "../connection/headers.ts";
import { CharterError } from "../errors/charter-error.ts";
import { createClient } from "./client.ts";

const lab = useLab({
  config: `
    authorization {
      users: [
        { user: all, password: all }
        { user: mute, password: mute, permissions: { publish: { deny: "lab.>" }, subscribe: ">" } }
      ]
    }
    no_auth_user: all`,
});
const request = { room: "r1", text: "hello" };

/** Answers requests on the lab's subject by hand, as a service of any make could. */
async function answer(
  nc: TestConnection,
  reply: (message: NatsMessage) => { payload?: Uint8Array; headers?: MessageHeaders } | null,
): Promise<void> {
  nc.subscribe("lab.echo.request.v1.r1", {
    callback(_, message) {
      const sent = reply(message);
      if (sent === null) return;
      const settings = sent.headers === undefined ? {} : { headers: sent.headers };
      nc.publish(message.reply ?? "", sent.payload ?? new Uint8Array(), settings);
    },
  });
  await nc.flush();
}

const text = (value: string) =>
  toBinary(EchoResponseSchema, create(EchoResponseSchema, { text: value }));

describe.each(clients)("createClient on $client", (client) => {
  it("asks on the filled subject, without headers, and decodes the reply", async () => {
    const nc = await lab.connect(client);
    let headers: unknown = "none came";
    await answer(nc, (message) => {
      headers = message.headers;
      return { payload: text("hi") };
    });
    const reply = await createClient(LabContract, nc).echo(request);
    expect(reply).toMatchObject({ $typeName: "lab.v1.EchoResponse", text: "hi" });
    expect(headers).toBeUndefined();
  });

  it("sends a deadline that is not the contract's, rounded up, and extra headers", async () => {
    const nc = await lab.connect(client);
    const seen: Record<string, string> = {};
    await answer(nc, ({ headers }) => {
      for (const name of headers?.keys() ?? []) seen[name] = headers?.get(name) ?? "";
      return { payload: text("hi") };
    });
    const echo = createClient(LabContract, nc).echo;
    await echo(request, { deadlineMs: 876.5, headers: { traceparent: "00-1-2-01" } });
    expect(seen).toEqual({ "Charter-Deadline-Ms": "877", traceparent: "00-1-2-01" });
  });

  it.each([
    ["bytes that are no message", { payload: bytes("\u00ff\u00ff\u00ff") }],
    ["a message that breaks its rules", { payload: text("") }],
  ])("rejects %s with data_loss", async (_, reply) => {
    const nc = await lab.connect(client);
    await answer(nc, () => reply);
    const { echo } = createClient(LabContract, nc, { validateReplies: true });
    expect(await failureOf(echo(request))).toMatchObject({ code: "data_loss" });
  });

  it("takes a reply that breaks its rules, unless it is told to look", async () => {
    const nc = await lab.connect(client);
    await answer(nc, () => ({ payload: text("") }));
    expect((await createClient(LabContract, nc).echo(request)).text).toBe("");
  });

  it.each([
    ["404", "gone", "not_found", "gone"],
    ["777", "odd", "unknown", "odd"],
    ["", "", "unknown", "the service gave no reason"],
  ])(
    "takes the bare error headers %j %j of a service of another make",
    async (code, reason, expected, message) => {
      const nc = await lab.connect(client);
      const headers = createHeaders({ "Nats-Service-Error-Code": code });
      headers.set("Nats-Service-Error", reason);
      await answer(nc, () => ({ payload: bytes("no protobuf \u00ff"), headers }));
      const error = await failureOf(createClient(LabContract, nc).echo(request));
      expect(error).toBeInstanceOf(CharterError);
      expect(error).toMatchObject({ code: expected, message });
    },
  );

  it("is unavailable when nobody listens, and when the connection is closed", async () => {
    const nc = await lab.connect(client);
    const { echo } = createClient(LabContract, nc);
    expect(await failureOf(echo(request))).toMatchObject({ code: "unavailable" });
    await nc.close();
    expect(await failureOf(echo(request))).toMatchObject({ code: "unavailable" });
  });

  it("ends at once when the connection is closed while it waits", async () => {
    const nc = await lab.connect(client);
    const arrived = deferred();
    await answer(nc, () => {
      arrived.resolve();
      return null;
    });
    const { echo } = createClient(LabContract, nc);
    const pending = failureOf(echo(request, { deadlineMs: 600_000 }));
    await arrived.promise;
    await nc.close();
    // `unavailable` would say that nobody has the request.
    expect(await pending).toMatchObject({ code: "deadline_exceeded" });
  });

  it("is deadline_exceeded when nobody answers in time, or no time is left", async () => {
    const nc = await lab.connect(client);
    await answer(nc, () => null);
    const { echo } = createClient(LabContract, nc);
    for (const deadlineMs of [20, 0, -5, Number.NaN]) {
      const error = await failureOf(echo(request, { deadlineMs }));
      expect(error).toMatchObject({ code: "deadline_exceeded" });
    }
  });

  it("is canceled by a signal, before and after sending", async () => {
    const nc = await lab.connect(client);
    const arrived = deferred();
    await answer(nc, () => {
      arrived.resolve();
      return null;
    });
    const { echo } = createClient(LabContract, nc);
    const controller = new AbortController();
    const pending = failureOf(echo(request, { signal: controller.signal }));
    await arrived.promise;
    controller.abort("enough");
    const canceled = { code: "canceled", cause: "enough" };
    expect(await pending).toMatchObject(canceled);
    expect(await failureOf(echo(request, { signal: controller.signal }))).toMatchObject(canceled);
  });

  it("is permission_denied when the connection may not publish the request", async () => {
    const nc = await lab.connect(client, { user: "mute", pass: "mute" });
    expect(await failureOf(createClient(LabContract, nc).echo(request))).toMatchObject({
      code: "permission_denied",
    });
  });

  it("is invalid_argument, and sends nothing, for what cannot be a request", async () => {
    const nc = await lab.connect(client);
    const { echo } = createClient(LabContract, nc);
    const wrong = [
      () => echo({ room: "a.b" }),
      () => echo({ room: "r1", times: -1 }),
      () => echo(request, { headers: { "Nats-Msg-Id": "1" } }),
      () => echo(request, { headers: { "charter-seq": "1" } }),
      () => echo(request, { headers: { good: "line\r\nbreak" } }),
    ];
    for (const each of wrong) {
      const error = await failureOf(each());
      expect(error).toBeInstanceOf(CharterError);
      expect(error).toMatchObject({ code: "invalid_argument" });
    }
  });
});
