import { expect, it } from "vitest";
import { readDelivery } from "./delivery.ts";

const message = (reply?: string) => ({
  subject: "a.b",
  data: new Uint8Array(),
  ...(reply === undefined ? {} : { reply }),
});
const read = { stream: "S", consumer: "c", count: 2, sequence: 15, takenAt: 1795662148637378046n };

it.each([
  "$JS.ACK.S.c.2.15.9.1795662148637378046.4",
  "$JS.ACK._.hash.S.c.2.15.9.1795662148637378046.4",
  "$JS.ACK.hub.hash.S.c.2.15.9.1795662148637378046.4.random",
])("readDelivery reads %s", (reply) => {
  expect(readDelivery(message(reply))).toEqual({ reply, ...read });
});

it.each([undefined, "_INBOX.x", "$JS.ACK.S.c", "$JS.API.S.c.2.15.9.1795662148637378046.4"])(
  "readDelivery is null for %s",
  (reply) => {
    expect(readDelivery(message(reply))).toBeNull();
  },
);
