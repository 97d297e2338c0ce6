import { expect, it } from "vitest";
import type { Delivery } from "./delivery.ts";
import { HandledEvents } from "./handled-events.ts";

const delivery = (sequence: number, takenAt = 1n): Delivery => ({
  reply: "",
  stream: "S",
  consumer: "c",
  count: 1,
  sequence,
  takenAt,
});

it("HandledEvents knows an event again, but not another one in its place of a new stream", () => {
  const handled = new HandledEvents();
  handled.add(delivery(7));
  expect(handled.has(delivery(7))).toBe(true);
  expect(handled.has(delivery(8))).toBe(false);
  expect(handled.has(delivery(7, 2n))).toBe(false);
});

it("HandledEvents forgets the oldest, so that memory stays bounded", () => {
  const handled = new HandledEvents();
  for (let sequence = 0; sequence <= 65_536; sequence++) handled.add(delivery(sequence));
  expect(handled.has(delivery(0))).toBe(false);
  expect(handled.has(delivery(1))).toBe(true);
  expect(handled.has(delivery(65_536))).toBe(true);
});
