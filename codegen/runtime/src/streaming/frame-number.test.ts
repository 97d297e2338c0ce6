import { headers } from "@nats-io/nats-core";
import fc from "fast-check";
import { expect, it } from "vitest";
import { FrameNumber, frameNumberOf } from "./frame-number.ts";

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const bytes = (value: string) => new TextEncoder().encode(value);

/** A payload behind a head, as NATS clients keep it. */
function behind(head: string, payload = "payload"): Uint8Array {
  return bytes(head + payload).subarray(head.length);
}

function headOf(entries: Readonly<Record<string, string>>): string {
  const made = headers();
  for (const [name, value] of Object.entries(entries)) made.set(name, value);
  return text((made as unknown as { encode(): Uint8Array }).encode());
}

it("FrameNumber writes what a NATS client writes, and frameNumberOf reads it", () => {
  const number = new FrameNumber();
  fc.assert(
    fc.property(fc.nat(1e15 - 1), fc.string(), (seq, payload) => {
      number.seq = seq;
      const head = text(number.encode());
      expect(head).toBe(headOf({ "Charter-Seq": String(seq) }));
      expect(frameNumberOf(behind(head, payload))).toBe(seq);
    }),
    {
      examples: [
        [0, ""],
        [9, ""],
        [10, ""],
        [1e15 - 1, ""],
      ],
    },
  );
});

it.each([
  ["nothing", ""],
  ["another header", headOf({ "Charter-Eos": "5" })],
  ["a header before", headOf({ x: "1", "Charter-Seq": "5" })],
  ["a header after", headOf({ "Charter-Seq": "5", x: "1" })],
  ["no number", headOf({ "Charter-Seq": "" })],
  ["a number below 0", headOf({ "Charter-Seq": "-5" })],
  ["a number with a point", headOf({ "Charter-Seq": "5.0" })],
  ["a number beyond those that are exact", headOf({ "Charter-Seq": "1234567890123456" })],
  ["another case", headOf({ "charter-seq": "5" })],
  ["a status", "NATS/1.0 503\r\nCharter-Seq: 5\r\n\r\n"],
  ["half a head", "5\r\n\r\n"],
  ["the end of a message before it", "MSG a 1 5\r\n"],
])("frameNumberOf finds no number behind %s", (_, head) => {
  expect(frameNumberOf(behind(head))).toBe(-1);
});
