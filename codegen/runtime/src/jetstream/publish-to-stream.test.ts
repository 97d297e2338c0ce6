import { connect as connect2 } from "nats";
import { describe, expect, it } from "vitest";
import { failureOf } from "../../testing/lab-server.ts";
import {
  ChimedContract,
  chime,
  provided,
  stream,
  subjectsIn,
  useStreamLab,
} from "../../testing/stream-lab.ts";
import { publish } from "../events/publisher.ts";

const lab = useStreamLab(`
  { user: publisher, password: publisher, permissions: {
      publish: "lab.chimed.v1.*.*", subscribe: "_INBOX.publisher.>" } }`);
const publisher = { user: "publisher", pass: "publisher", inboxPrefix: "_INBOX.publisher" };

const subject = "lab.chimed.v1.hall.LEVEL_HIGH";

describe("publish of an event that a stream keeps", () => {
  it("resolves with the event's place in the stream, and sends the release and an id", async () => {
    const nc = await lab.connect();
    expect(await publish(nc, ChimedContract, chime("hall"))).toEqual({
      stream,
      sequence: 1,
      duplicate: false,
    });
    const kept = await lab.jsm.streams.getMessage(stream, { seq: 1 });
    expect(kept?.subject).toBe(subject);
    expect(kept?.header.get("Charter-Schema")).toBe("lab/lab@1.2.3");
    expect(kept?.header.get("Nats-Msg-Id")).toMatch(/^[A-Za-z0-9]{22}$/);
  });

  it("needs no right but that to the subject and the inbox", async () => {
    const nc = await lab.connect(publisher);
    expect(await publish(nc, ChimedContract, chime("hall"))).toMatchObject({ sequence: 1 });
  });

  it("keeps one of several with the same id, and says so", async () => {
    const nc = await lab.connect();
    const options = { id: "order-7" };
    const receipts = await Promise.all([
      publish(nc, ChimedContract, chime("hall"), options),
      publish(nc, ChimedContract, chime("hall"), options),
    ]);
    expect(receipts).toEqual([
      { stream, sequence: 1, duplicate: false },
      { stream, sequence: 1, duplicate: true },
    ]);
    expect(await subjectsIn(lab.jsm, stream)).toEqual([subject]);
  });

  it("says what is missing when there is no stream", async () => {
    await lab.jsm.streams.delete(stream);
    const nc = await lab.connect();
    expect(await failureOf(publish(nc, ChimedContract, chime("hall")))).toMatchObject({
      code: "failed_precondition",
      message: expect.stringMatching(/stream CHIMES is not there.*charter stream apply/),
    });
  });

  it("says what is missing when the stream does not take the subject", async () => {
    await lab.jsm.streams.delete(stream);
    await lab.jsm.streams.add({ name: stream, subjects: ["lab.other"] });
    const nc = await lab.connect();
    expect(await failureOf(publish(nc, ChimedContract, chime("hall")))).toMatchObject({
      code: "failed_precondition",
      message: expect.stringContaining(`expected the subject ${subject}, found lab.other`),
    });
  });

  it("tries until the deadline where it may not ask what is missing", async () => {
    await lab.jsm.streams.delete(stream);
    const nc = await lab.connect(publisher);
    const options = { deadlineMs: 300 };
    expect(await failureOf(publish(nc, ChimedContract, chime("hall"), options))).toMatchObject({
      code: "unavailable",
      message: expect.stringContaining("charter stream apply"),
    });
  });

  it("lets no other stream than the contract's keep the event", async () => {
    await lab.jsm.streams.delete(stream);
    await lab.jsm.streams.add({ ...provided.stream, name: "WRONG" });
    const nc = await lab.connect(publisher);
    expect(await failureOf(publish(nc, ChimedContract, chime("hall")))).toMatchObject({
      code: "failed_precondition",
    });
    expect(await subjectsIn(lab.jsm, "WRONG")).toEqual([]);
  });

  it("does not take the answer of a service for an acknowledgement", async () => {
    await lab.jsm.streams.delete(stream);
    const nc = await lab.connect();
    nc.subscribe(subject, {
      callback: (_, message) => {
        message.respond("ok");
      },
    });
    expect(await failureOf(publish(nc, ChimedContract, chime("hall")))).toMatchObject({
      code: "failed_precondition",
      message: expect.stringContaining("is no stream"),
    });
  });

  it("rejects what the stream or the server has no room for", async () => {
    await lab.jsm.streams.update(stream, { max_msg_size: 200 });
    const nc = await lab.connect();
    const exhausted = { code: "resource_exhausted" };
    const headers = { note: "x".repeat(300) };
    expect(await failureOf(publish(nc, ChimedContract, chime("hall"), { headers }))).toMatchObject(
      exhausted,
    );
    const large = { note: "x".repeat(1_100_000) };
    const options = { headers: large };
    expect(await failureOf(publish(nc, ChimedContract, chime("hall"), options))).toMatchObject(
      exhausted,
    );
    expect(await subjectsIn(lab.jsm, stream)).toEqual([]);
  });

  it.each(["", "a b", "x\r\ny", "ä", "x".repeat(257)])("refuses the id %j", async (id) => {
    const nc = await lab.connect();
    expect(await failureOf(publish(nc, ChimedContract, chime("hall"), { id }))).toMatchObject({
      code: "invalid_argument",
    });
  });

  it("does not wait for a connection that is closed", async () => {
    const nc = await lab.connect();
    await nc.close();
    expect(await failureOf(publish(nc, ChimedContract, chime("hall")))).toMatchObject({
      code: "unavailable",
    });
  });

  it("outlasts a server that is killed and started again", async () => {
    const nc = await lab.connect();
    await publish(nc, ChimedContract, chime("hall"));
    await lab.kill();
    const pending = publish(nc, ChimedContract, chime("hall"), { id: "again" });
    await lab.restart();
    expect(await pending).toMatchObject({ stream, sequence: 2 });
    expect(await subjectsIn(lab.jsm, stream)).toEqual([subject, subject]);
  });

  it("is unimplemented for a connection of nats 2.29", async () => {
    const nc = await connect2({ servers: lab.url });
    try {
      expect(await failureOf(publish(nc, ChimedContract, chime("hall")))).toMatchObject({
        code: "unimplemented",
        message: expect.stringContaining("@nats-io/transport-node 3.x"),
      });
    } finally {
      await nc.close();
    }
  });
});
