import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clients } from "../../testing/connections.ts";
import { LabContract, RangContract } from "../../testing/lab.ts";
import { failureOf, useLab } from "../../testing/lab-server.ts";
import { createClient } from "../client/client.ts";
import { publish } from "../events/publisher.ts";
import { subscribe } from "../events/subscriber.ts";

const lab = useLab();

/** Whole values that have gone through somewhere, and pieces to put into the middle of others. */
const known = [
  ...["", ".", "*", ">", " ", "a.b", "a.*", "a.>", "a b", "\t", "\u0000", "😀", "ä", "%2e", "a/b"],
  "x\r\nPUB admin.secret 5\r\npwned\r\n",
  "x 5\r\npwned\r\nSUB > 9\r\nPUB lab.echo.request.v1.r1",
  "r".repeat(129),
  "r".repeat(10_240),
];
const token = /^[A-Za-z0-9_=~@:+-]{1,128}$/;
const hostile = fc
  .oneof(
    fc.constantFrom(...known),
    fc.string({ unit: "binary", maxLength: 40 }),
    fc.tuple(fc.string(), fc.constantFrom(...known), fc.string()).map((parts) => parts.join("")),
  )
  .filter((text) => !token.test(text));

describe.each(clients)("a hostile subject parameter on $client", (client) => {
  it("never reaches the wire: not in a call, an event or a subscription", async () => {
    const nc = await lab.connect(client);
    const bystander = await lab.connect(client);
    const seen: string[] = [];
    bystander.subscribe(">", { callback: (_, { subject }) => seen.push(subject) });
    await bystander.flush();
    const { echo } = createClient(LabContract, nc);
    const event = (place: { room?: string; doorId?: string }) => ({
      room: place.room ?? "r1",
      level: 1,
      meta: { count: 1n },
      place: { case: "doorId" as const, value: place.doorId ?? "d1" },
    });
    await fc.assert(
      fc.asyncProperty(hostile, async (text) => {
        const attempts = [
          echo({ room: text, text: "hi" }, { deadlineMs: 500 }),
          publish(nc, RangContract, event({ room: text })),
          publish(nc, RangContract, event({ doorId: text })),
          subscribe(nc, RangContract, { room: text }, () => {}),
        ];
        for (const attempt of attempts) {
          expect(await failureOf(attempt)).toMatchObject({ code: "invalid_argument" });
        }
      }),
      { numRuns: 200, examples: known.map((text) => [text]) },
    );
    // What is sound goes through, so silence before it means that nothing else did.
    await publish(nc, RangContract, event({}));
    await nc.flush();
    await bystander.flush();
    expect(seen).toEqual(["lab.rang.v1.r1.LEVEL_HIGH.1.d1"]);
  });
});
