import { headers as natsHeaders } from "@nats-io/nats-core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clients } from "../../testing/connections.ts";
import { deferred, useLab } from "../../testing/lab-server.ts";
import type { MessageHeaders } from "./connection.ts";
import { OutgoingHeaders } from "./outgoing-headers.ts";

const lab = useLab();
const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,20}$/);
const value = fc.string({ unit: "grapheme", maxLength: 30 }).filter((text) => !/[\r\n]/.test(text));

function filled(entries: readonly (readonly [string, string])[]): OutgoingHeaders {
  const headers = new OutgoingHeaders();
  for (const [key, text] of entries) headers.set(key, text);
  return headers;
}

describe("OutgoingHeaders", () => {
  it("encodes to the bytes that nats-core makes of the same names and values", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value), { maxLength: 5 }), (entries) => {
        const theirs = natsHeaders() as unknown as OutgoingHeaders;
        for (const [key, text] of entries) theirs.set(key, text);
        expect(Buffer.from(filled(entries).encode()).toString()).toBe(
          Buffer.from(theirs.encode()).toString(),
        );
      }),
    );
  });

  it.each([
    ["a line break in a value", "x", "a\r\nPUB admin.secret 0"],
    ["a lone line feed", "x", "a\nb"],
    ["a line break in a name", "x\r\ny", "a"],
    ["a colon in a name", "x:y", "a"],
    ["no name", "", "a"],
  ])("refuses %s", (_, key, text) => {
    expect(() => new OutgoingHeaders().set(key, text)).toThrow("no header can have this");
  });

  it.each(clients)("arrives as it was set on $client", async (client) => {
    const nc = await lab.connect(client);
    const arrived = deferred<MessageHeaders | undefined>();
    nc.subscribe("lab.headers", { callback: (_, { headers }) => arrived.resolve(headers) });
    nc.publish("lab.headers", undefined, {
      headers: filled([
        ["X-One", " ü "],
        ["x-two", "2"],
      ]),
    });
    const headers = await arrived.promise;
    expect(headers?.keys().map((key) => [key, headers.get(key)])).toEqual([
      ["X-One", "ü"],
      ["x-two", "2"],
    ]);
  });
});
