import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { describe, expect, it, vi } from "vitest";
import { ErrorCode, ErrorSchema } from "../../gen/charter/nats/v1/error_pb.js";
import { clients } from "../../testing/connections.ts";
import { EchoRequestSchema } from "../../testing/gen/lab/v1/lab_pb.js";
import { LabContract } from "../../testing/lab.ts";
import { bytes, collect, deferred, failureOf, useLab } from "../../testing/lab-server.ts";
import { createClient } from "../client/client.ts";
import type { MessageHeaders } from "../connection/connection.ts";
import { createHeaders } from "../connection/headers.ts";
import { CharterError } from "../errors/charter-error.ts";
import { serve } from "./service.ts";

const lab = useLab({
  config: `
    max_payload: 2048
    accounts {
      HERE {
        users: [
          { user: all, password: all }
          { user: deaf, password: deaf, permissions: { publish: ">", subscribe: { deny: "lab.>" } } }
          { user: shy, password: shy, permissions: { publish: ">", subscribe: { deny: "$SRV.>" } } }
        ]
        exports: [{ service: "lab.echo.request.v1.*" }]
      }
      THERE {
        users: [{ user: foreigner, password: foreigner }]
        imports: [{ service: { account: HERE, subject: "lab.echo.request.v1.*" } }]
      }
    }
    no_auth_user: all`,
});

const subject = "lab.echo.request.v1.r1";
const request = { room: "r1", text: "hello" };
const requestBytes = (text = "hello") =>
  toBinary(EchoRequestSchema, create(EchoRequestSchema, { room: "r1", text }));

describe.each(clients)("serve on $client", (client) => {
  it("hands the decoded request and the context to the handler, and its return to the caller", async () => {
    const nc = await lab.connect(client);
    await serve(nc, LabContract, {
      echo: ({ text }, context) => ({
        text: `${text} ${context.subject} ${context.deadlineMs} ${context.headers?.get("x")}`,
      }),
    });
    const { echo } = createClient(LabContract, nc);
    expect((await echo(request)).text).toBe(`hello ${subject} 1000 undefined`);
    const reply = await echo(request, { deadlineMs: 700, headers: { x: "y" } });
    expect(reply.text).toBe(`hello ${subject} 700 y`);
  });

  it("hands over what breaks its rules when it is told not to look", async () => {
    const nc = await lab.connect(client);
    const echo = vi.fn(() => ({ text: "x" }));
    await serve(nc, LabContract, { echo }, { validateRequests: false });
    await createClient(LabContract, nc).echo({ room: "r1", text: "x".repeat(21) });
    expect(echo).toHaveBeenCalledOnce();
  });

  it("answers invalid_argument with the violations, before the handler", async () => {
    const nc = await lab.connect(client);
    const echo = vi.fn(() => ({ text: "x" }));
    await serve(nc, LabContract, { echo });
    const call = createClient(LabContract, nc).echo({ room: "r1", text: "x".repeat(21) });
    expect(await failureOf(call)).toMatchObject({
      code: "invalid_argument",
      violations: [{ field: "text", ruleId: "string.max_len" }],
    });
    const replies = [
      await nc.request(subject, bytes("\u00ff\u00ff"), { timeout: 1000 }),
      await nc.request("lab.echo.request.v1.other", requestBytes(), { timeout: 1000 }),
      ...(await Promise.all(
        ["0", "-1", "1e3", "9999999999", "soon"].map((deadline) => {
          const headers = createHeaders({ "Charter-Deadline-Ms": deadline });
          return nc.request(subject, requestBytes(), { timeout: 1000, headers });
        }),
      )),
    ];
    for (const reply of replies) {
      expect(reply.headers?.get("Nats-Service-Error-Code")).toBe("400");
    }
    expect(echo).not.toHaveBeenCalled();
  });

  it.each([
    [
      "throws",
      () => {
        throw new CharterError("not_found", "no room\nr1", { cause: "secret" });
      },
    ],
    ["rejects", () => Promise.reject(new CharterError("not_found", "no room\nr1"))],
  ])("answers a CharterError that a handler %s", async (_, echo) => {
    const nc = await lab.connect(client);
    await serve(nc, LabContract, { echo });
    const reply = await nc.request(subject, requestBytes(), { timeout: 1000 });
    expect(headersOf(reply.headers)).toEqual({
      "Nats-Service-Error-Code": "404",
      "Nats-Service-Error": "no room r1",
    });
    expect(fromBinary(ErrorSchema, reply.data)).toMatchObject({
      code: ErrorCode.NOT_FOUND,
      message: "no room\nr1",
    });
    const error = await failureOf(createClient(LabContract, nc).echo(request));
    expect(error).toBeInstanceOf(CharterError);
    expect(error).toMatchObject({ code: "not_found", message: "no room\nr1" });
    expect(error).not.toHaveProperty("cause");
  });

  it.each([
    [
      "throws",
      () => {
        throw new Error("secret");
      },
    ],
    ["rejects", () => Promise.reject(new Error("secret"))],
    ["returns no reply", () => ({ text: "x", times: -1 })],
    ["returns nothing", () => undefined as unknown as { text: string }],
    ["returns a reply over the server's limit", () => ({ text: "x".repeat(4000) })],
  ])("answers internal without the text when a handler %s, and reports it", async (_, echo) => {
    const nc = await lab.connect(client);
    const onError = vi.fn();
    await serve(nc, LabContract, { echo }, { onError });
    const reply = await nc.request(subject, requestBytes(), { timeout: 1000 });
    expect(reply.headers?.get("Nats-Service-Error-Code")).toBe("500");
    expect(new TextDecoder().decode(reply.data)).not.toContain("secret");
    expect(fromBinary(ErrorSchema, reply.data).code).toBe(ErrorCode.INTERNAL);
    expect(onError).toHaveBeenCalledExactlyOnceWith(expect.any(Error), "lab.v1.LabService.Echo");
  });

  it("answers deadline_exceeded once, and tells the handler", async () => {
    const nc = await lab.connect(client);
    const late = deferred();
    const running = await serve(nc, LabContract, {
      echo: async (_, context) => {
        await new Promise((resolve) => context.signal.addEventListener("abort", resolve));
        expect(context.remainingMs()).toBe(0);
        expect(context.signal.reason).toMatchObject({ code: "deadline_exceeded" });
        late.resolve();
        return { text: "late" };
      },
    });
    const replies = await collect(nc, "_INBOX.test.1");
    const headers = createHeaders({ "Charter-Deadline-Ms": "15" });
    nc.publish(subject, requestBytes(), { reply: "_INBOX.test.1", headers });
    await late.promise;
    await running.stop();
    await nc.flush();
    expect(replies.map((reply) => reply.headers?.get("Nats-Service-Error-Code"))).toEqual(["504"]);
    expect(running.stats()).toMatchObject([{ num_requests: 1, num_errors: 1 }]);
  });

  it("answers deadline_exceeded for a handler that blocks past the deadline", async () => {
    const nc = await lab.connect(client);
    await serve(nc, LabContract, {
      echo: (_, context) => {
        while (context.remainingMs() > 0);
        return { text: "late" };
      },
    });
    const headers = createHeaders({ "Charter-Deadline-Ms": "5" });
    const reply = await nc.request(subject, requestBytes(), { timeout: 1000, headers });
    expect(reply.headers?.get("Nats-Service-Error-Code")).toBe("504");
  });

  it("writes to no subject that a requester chose, except inboxes", async () => {
    const nc = await lab.connect(client);
    const echo = vi.fn(() => ({ text: "x" }));
    const onError = vi.fn();
    const running = await serve(nc, LabContract, { echo }, { onError });
    const replies = await collect(nc, ">");
    for (const reply of ["$JS.API.STREAM.DELETE.X", "_INBOX", "_INBOXES.a", "lab.x", "", "_R_x"]) {
      nc.publish(subject, requestBytes(), reply === "" ? {} : { reply });
      nc.publish("$SRV.PING", bytes(""), reply === "" ? {} : { reply });
    }
    await running.stop();
    const subjects = new Set(replies.map((message) => message.subject));
    expect(subjects).toEqual(new Set([subject, "$SRV.PING"]));
    expect(echo).not.toHaveBeenCalled();
    expect(onError).toHaveBeenCalledTimes(6);
    expect(running.stats()).toMatchObject([{ num_requests: 6, num_errors: 6 }]);
  });

  it("answers callers with an inbox prefix of their own, and those of other accounts", async () => {
    const nc = await lab.connect(client);
    await serve(nc, LabContract, { echo: ({ text }) => ({ text }) });
    const caller = await lab.connect(client, { inboxPrefix: "_INBOX.npc-service" });
    expect(await createClient(LabContract, caller).echo(request)).toMatchObject({ text: "hello" });
    const foreigner = await lab.connect(client, { user: "foreigner", pass: "foreigner" });
    expect(await createClient(LabContract, foreigner).echo(request)).toMatchObject({
      text: "hello",
    });
  });

  it("tells its release to callers that ask", async () => {
    const nc = await lab.connect(client);
    await serve(nc, LabContract, { echo: ({ text }) => ({ text }) });
    const { echo } = createClient(LabContract, nc);
    const onReplyHeaders = vi.fn((headers: MessageHeaders) => headers.get("Charter-Schema"));
    await echo(request, { onReplyHeaders });
    expect(onReplyHeaders).toHaveReturnedWith("lab/lab@1.2.3");
    const plain = await nc.request(subject, requestBytes(), { timeout: 1000 });
    expect(plain.headers).toBeUndefined();
  });

  it("shares the requests of a queue group, each answered once", async () => {
    const nc = await lab.connect(client);
    const instances = await Promise.all(
      [1, 2].map(() => serve(nc, LabContract, { echo: ({ text }) => ({ text }) })),
    );
    const { echo } = createClient(LabContract, nc);
    await Promise.all(Array.from({ length: 50 }, () => echo(request)));
    const handled = instances.map((instance) => instance.stats()[0]?.num_requests ?? 0);
    expect(handled.reduce((a, b) => a + b)).toBe(50);
    expect(Math.min(...handled)).toBeGreaterThan(0);
  });

  it("stops when the requests in hand are answered, and takes no more", async () => {
    const nc = await lab.connect(client);
    const arrived = deferred();
    const goOn = deferred();
    const running = await serve(nc, LabContract, {
      async echo({ text }) {
        arrived.resolve();
        await goOn.promise;
        return { text };
      },
    });
    const { echo } = createClient(LabContract, nc);
    const inHand = echo(request);
    await arrived.promise;
    const stopping = running.stop();
    // The service leaves the subject before it has answered.
    await vi.waitFor(async () =>
      expect(await failureOf(echo(request, { deadlineMs: 100 }))).toMatchObject({
        code: "unavailable",
      }),
    );
    let stopped = false;
    void stopping.then(() => {
      stopped = true;
    });
    for (let i = 0; i < 5; i++) await nc.flush();
    expect(stopped).toBe(false);
    goOn.resolve();
    expect(await inHand).toMatchObject({ text: "hello" });
    await stopping;
    await expect(nc.request("$SRV.PING", bytes(""), { timeout: 100 })).rejects.toThrow();
  });

  it("rejects what it may not or cannot serve", async () => {
    const nc = await lab.connect(client, { user: "deaf", pass: "deaf" });
    const echo = () => ({ text: "x" });
    expect(await failureOf(serve(nc, LabContract, { echo }))).toMatchObject({
      code: "permission_denied",
    });
    const none = {} as { echo: typeof echo };
    expect(await failureOf(serve(nc, LabContract, none))).toMatchObject({
      code: "invalid_argument",
      message: expect.stringContaining("expected echo()"),
    });
  });

  it("serves also where it may not be discovered, and reports that", async () => {
    const nc = await lab.connect(client, { user: "shy", pass: "shy" });
    const onError = vi.fn();
    await serve(nc, LabContract, { echo: ({ text }) => ({ text }) }, { onError });
    expect(onError).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ code: "permission_denied" }),
      "lab-v1-LabService",
    );
    const caller = await lab.connect(client);
    expect(await createClient(LabContract, caller).echo(request)).toMatchObject({ text: "hello" });
  });
});

describe.each(clients)("discovery on $client", (client) => {
  it("answers PING, INFO and STATS, also by name and by id, as ADR-32 has it", async () => {
    const nc = await lab.connect(client);
    const metadata = { team: "lab" };
    const options = {
      version: "7.0.0",
      description: "echoes",
      evidence: "reference",
      metadata,
    } as const;
    const running = await serve(nc, LabContract, { echo: ({ text }) => ({ text }) }, options);
    await createClient(LabContract, nc).echo(request);
    const identity = { name: "lab-v1-LabService", id: running.id, version: "7.0.0", metadata };
    const endpoint = { name: "Echo", subject: "lab.echo.request.v1.*", queue_group: "q.lab" };
    const ask = async (about: string) => {
      const reply = await nc.request(`$SRV.${about}`, bytes(""), { timeout: 1000 });
      return JSON.parse(new TextDecoder().decode(reply.data));
    };
    for (const suffix of ["", ".lab-v1-LabService", `.lab-v1-LabService.${running.id}`]) {
      expect(await ask(`PING${suffix}`)).toEqual({
        type: "io.nats.micro.v1.ping_response",
        ...identity,
      });
      expect(await ask(`INFO${suffix}`)).toEqual({
        type: "io.nats.micro.v1.info_response",
        ...identity,
        description: "echoes",
        endpoints: [
          {
            ...endpoint,
            metadata: {
              "charter.module": "lab/lab",
              "charter.version": "1.2.3",
              "charter.digest": "sha256:ab",
              "charter.rpc": "lab.v1.LabService.Echo",
              "charter.evidence": "reference",
            },
          },
        ],
      });
      expect(await ask(`STATS${suffix}`)).toEqual({
        type: "io.nats.micro.v1.stats_response",
        ...identity,
        started: expect.stringMatching(/^\d{4}-.*Z$/),
        endpoints: [
          {
            ...endpoint,
            num_requests: 1,
            num_errors: 0,
            last_error: "",
            processing_time: expect.any(Number),
            average_processing_time: expect.any(Number),
          },
        ],
      });
    }
    expect(running.stats()[0]?.processing_time).toBeGreaterThan(0);
  });
});

function headersOf(headers: MessageHeaders | undefined): Record<string, string> {
  return Object.fromEntries(headers?.keys().map((name) => [name, headers.get(name)]) ?? []);
}
