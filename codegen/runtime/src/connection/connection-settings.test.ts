import { expect, it, vi } from "vitest";
import { clients } from "../../testing/connections.ts";
import { useLab } from "../../testing/lab-server.ts";
import { SteadyContract } from "../../testing/steady-lab.ts";
import { steadyPeer } from "../../testing/steady-peer.ts";
import { createClient } from "../client/client.ts";
import { connectionSettings } from "./connection-settings.ts";

const lab = useLab();

it.each(clients)(
  "connectionSettings names the inboxes after the participant on $client",
  async (client) => {
    const nc = await lab.connect(client, connectionSettings({ participant: "npc-api" }));
    const peer = await steadyPeer(nc, (request) => request.answer());
    await createClient(SteadyContract, nc).add({ id: "a" });
    expect(peer.taken[0]?.message.reply).toMatch(/^_INBOX\.npc-api\./);
  },
);

it.each(["", "a.b", "a b", "*", ">", "a\r\nb", "é", "x".repeat(129)])(
  "connectionSettings refuses the participant %j",
  (participant) => {
    expect(() => connectionSettings({ participant })).toThrow(
      expect.objectContaining({ code: "invalid_argument" }),
    );
  },
);

it.each([
  ["the shortest", 0],
  ["a middle", 0.5],
  ["the longest", 0.999],
])(
  "connectionSettings dials again soon, then less and less often, and soon again the next time, with %s jitter",
  (_, random) => {
    vi.useFakeTimers({ toFake: ["performance"] });
    const chosen = vi.spyOn(Math, "random").mockReturnValue(random);
    try {
      const { reconnectDelayHandler } = connectionSettings({ participant: "caller" });
      /** The times of the dials in an outage, as the clients take them: they ask whenever they wake. */
      const dials = (count: number) => {
        const startedAt = performance.now();
        const times = [0];
        while (times.length < count) {
          const passed = performance.now() - startedAt - (times.at(-1) ?? 0);
          const wait = reconnectDelayHandler() - passed;
          if (wait <= 0) times.push(performance.now() - startedAt);
          else vi.advanceTimersByTime(wait);
        }
        return times;
      };
      const first = dials(60);
      const pauses = first.slice(1).map((time, index) => time - (first[index] ?? 0));
      expect(pauses[0]).toBeGreaterThanOrEqual(10);
      expect(pauses[0]).toBeLessThanOrEqual(30);
      for (const [index, pause] of pauses.entries()) {
        expect(pause).toBeGreaterThanOrEqual((pauses[index - 1] ?? 0) - 1);
      }
      expect(pauses.at(-1)).toBeGreaterThanOrEqual(1000);
      expect(pauses.at(-1)).toBeLessThanOrEqual(3000);
      // A server that is back after a while is found before the outage has lasted half as long again.
      const outageMs = 1000;
      expect(first.find((time) => time >= outageMs)).toBeLessThan(outageMs * 2);
      vi.advanceTimersByTime(60_000);
      expect(reconnectDelayHandler()).toBeLessThanOrEqual(30);
    } finally {
      chosen.mockRestore();
      vi.useRealTimers();
    }
  },
);
