import { describe, expect, it, vi } from "vitest";
import { clients } from "../../testing/connections.ts";
import { failureOf, useLab } from "../../testing/lab-server.ts";
import { SteadyContract } from "../../testing/steady-lab.ts";
import { steadyPeer } from "../../testing/steady-peer.ts";
import { createClient } from "./client.ts";
import { RetryBudget } from "./retry-budget.ts";

const lab = useLab();

describe.each(clients)("calls of an idempotent rpc on $client", (client) => {
  it("are sent again when no reply comes, and take the second", async () => {
    const nc = await lab.connect(client);
    const peer = await steadyPeer(nc, (request, index) => {
      if (index === 1) request.answer("second");
    });
    const reply = await createClient(SteadyContract, nc).look({ id: "a" }, { deadlineMs: 2000 });
    expect(reply.instance).toBe("second");
    expect(peer.taken.slice(0, 2).map(({ id }) => id)).toEqual(["a", "a"]);
    // The time that has passed is not given again.
    const deadlines = peer.taken.map(({ message }) =>
      Number(message.headers?.get("Charter-Deadline-Ms")),
    );
    expect(deadlines[0]).toBe(2000);
    expect(deadlines[1]).toBeLessThanOrEqual(1500);
  });

  it("still take the reply to the first request after the second was sent", async () => {
    const nc = await lab.connect(client);
    const peer = await steadyPeer(nc, (_, index) => {
      if (index === 1) peer.taken[0]?.answer("first");
    });
    const reply = await createClient(SteadyContract, nc).look({ id: "a" }, { deadlineMs: 1000 });
    expect(reply.instance).toBe("first");
  });

  it("wait for a service that nobody has started yet", async () => {
    const nc = await lab.connect(client);
    const pending = createClient(SteadyContract, nc).look({ id: "a" });
    await nc.flush();
    await steadyPeer(nc, (request) => request.answer("late"));
    expect((await pending).instance).toBe("late");
  });

  it("are sent again when a service says unavailable, and fail with it in the end", async () => {
    const nc = await lab.connect(client);
    const peer = await steadyPeer(nc, (request, index) => {
      if (index === 2) request.answer("third");
      else request.refuse("unavailable");
    });
    const { look } = createClient(SteadyContract, nc);
    expect((await look({ id: "a" })).instance).toBe("third");
    const error = await failureOf(look({ id: "b" }));
    expect(error).toMatchObject({
      code: "unavailable",
      message: "it is unavailable (4 attempts)",
      cause: { code: "unavailable" },
    });
    expect(peer.taken.filter(({ id }) => id === "b")).toHaveLength(4);
  });

  it("tell that nobody listens rather than that no reply came, once the deadline has passed", async () => {
    const nc = await lab.connect(client);
    const error = await failureOf(
      createClient(SteadyContract, nc).look({ id: "a" }, { deadlineMs: 1000 }),
    );
    expect(error).toMatchObject({
      code: "unavailable",
      message: expect.stringMatching(/^lab\.v1\.SteadyService\.Look: nobody answers.* attempts\)$/),
    });
  });

  it("are not sent again for any other failure", async () => {
    const nc = await lab.connect(client);
    const peer = await steadyPeer(nc, (request) => request.refuse("not_found"));
    const { look } = createClient(SteadyContract, nc);
    expect(await failureOf(look({ id: "a" }))).toMatchObject({ code: "not_found" });
    expect(peer.taken).toHaveLength(1);
  });

  it("can be canceled between two attempts", async () => {
    const nc = await lab.connect(client);
    // No next attempt is ever due.
    vi.useFakeTimers({ toFake: ["performance"] });
    try {
      const controller = new AbortController();
      const { look } = createClient(SteadyContract, nc);
      const pending = failureOf(look({ id: "a" }, { signal: controller.signal }));
      await nc.flush();
      await new Promise((resolve) => setImmediate(resolve));
      controller.abort("enough");
      expect(await pending).toMatchObject({ code: "canceled", cause: "enough" });
    } finally {
      vi.useRealTimers();
    }
  });

  it("hand over the headers of one reply, though two come", async () => {
    const nc = await lab.connect(client);
    const peer = await steadyPeer(nc, (_, index) => {
      if (index === 0) return;
      for (const { message } of peer.taken) {
        const { data, headers } = message;
        nc.publish(message.reply ?? "", data, headers === undefined ? {} : { headers });
      }
    });
    const onReplyHeaders = vi.fn();
    const { look } = createClient(SteadyContract, nc);
    await look({ id: "a" }, { deadlineMs: 1000, onReplyHeaders });
    await nc.flush();
    expect(onReplyHeaders).toHaveBeenCalledOnce();
  });

  it("are sent once where retries are turned off", async () => {
    const nc = await lab.connect(client);
    const peer = await steadyPeer(nc, (request) => request.refuse("unavailable"));
    const { look } = createClient(SteadyContract, nc, { retry: false });
    expect(await failureOf(look({ id: "a" }))).toMatchObject({ message: "it is unavailable" });
    expect(peer.taken).toHaveLength(1);
  });

  it("stop when the connection is closed for good", async () => {
    const nc = await lab.connect(client);
    const { look } = createClient(SteadyContract, nc);
    const pending = failureOf(look({ id: "a" }, { deadlineMs: 600_000 }));
    await nc.flush();
    await nc.close();
    expect(await pending).toMatchObject({ code: "unavailable" });
  });

  it("are repeated as often as the budget allows, and wait for their replies beyond", async () => {
    const nc = await lab.connect(client);
    const peer = await steadyPeer(nc);
    const { look } = createClient(SteadyContract, nc);
    const calls = Array.from({ length: 300 }, (_, index) =>
      look({ id: String(index) }, { deadlineMs: 8000 }),
    );
    await peer.request(399);
    for (const each of peer.taken.slice(0, 300)) each.answer();
    expect(await Promise.all(calls)).toHaveLength(300);
    // 100, and what time brings back on a slow machine.
    expect(peer.taken.length).toBeLessThan(500);
  });
});

it.each(clients)("calls of other rpcs are sent once on $client", async (client) => {
  const nc = await lab.connect(client);
  const peer = await steadyPeer(nc);
  const { add } = createClient(SteadyContract, nc);
  const error = await failureOf(add({ id: "a" }, { deadlineMs: 100 }));
  expect(error).toMatchObject({ code: "deadline_exceeded" });
  const refused = failureOf(add({ id: "b" }));
  (await peer.request(1)).refuse("unavailable");
  expect(await refused).toMatchObject({ code: "unavailable", message: "it is unavailable" });
  expect(peer.taken).toHaveLength(2);
});

it("RetryBudget gives 100 in 10 s, a fifth of what succeeded besides, and forgets both", () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  try {
    const budget = new RetryBudget(0.2);
    const all = () => {
      let count = 0;
      while (budget.spend()) count += 1;
      return count;
    };
    expect(all()).toBe(100);
    budget.giveBack();
    expect(all()).toBe(1);
    vi.advanceTimersByTime(5000);
    expect(all()).toBe(50);
    for (let index = 0; index < 1000; index += 1) budget.earn();
    expect(all()).toBe(200);
    for (let index = 0; index < 1000; index += 1) budget.earn();
    vi.advanceTimersByTime(20_000);
    // Half of the successes were in the last 10 s.
    expect(all()).toBe(200);
  } finally {
    vi.useRealTimers();
  }
});
