import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { clients, type TestConnection } from "../../testing/connections.ts";
import { failureOf, useLab } from "../../testing/lab-server.ts";
import { SteadyContract } from "../../testing/steady-lab.ts";
import { type Peer, steadyPeer } from "../../testing/steady-peer.ts";
import { noticeHandlers, runInHand } from "../service/in-hand.ts";
import { type Client, type ClientOptions, createClient } from "./client.ts";

const lab = useLab();

// The breaker goes by the clock. Everything else goes on.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A service by hand, and what it does with requests. */
interface Service extends Peer {
  mood: "answer" | "refuse" | "silent";
}

async function start(nc: TestConnection): Promise<Service> {
  const peer = await steadyPeer(nc, (request) => {
    if (service.mood === "answer") request.answer();
    if (service.mood === "refuse") request.refuse("unavailable");
  });
  const service: Service = { ...peer, mood: "refuse" };
  return service;
}

type Steady = Client<typeof SteadyContract>;

/** What became of so many calls, one after the other. */
async function outcomes(steady: Steady, count: number, deadlineMs = 10_000): Promise<string[]> {
  const seen: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const outcome = await steady.add({ id: String(index) }, { deadlineMs }).then(
      () => "answered",
      (error: Error) => (error.message.includes("nothing was sent") ? "refused" : "failed"),
    );
    seen.push(outcome);
  }
  return seen;
}

const times = (count: number, outcome: string) => Array(count).fill(outcome);

describe.each(clients)("the breaker of a client on $client", (client) => {
  const setUp = async (options: ClientOptions = {}) => {
    const nc = await lab.connect(client);
    return { nc, service: await start(nc), steady: createClient(SteadyContract, nc, options) };
  };

  it("opens after 20 failures, refuses without sending, and says what to do", async () => {
    const { service, steady } = await setUp();
    expect(await outcomes(steady, 22)).toEqual([...times(20, "failed"), ...times(2, "refused")]);
    expect(service.taken).toHaveLength(20);
    expect(await failureOf(steady.add({ id: "a" }))).toMatchObject({
      code: "unavailable",
      message:
        "lab.v1.SteadyService.Add: nothing was sent, because most requests failed lately; one is " +
        "tried in 1000 ms. Look at the instances of q.steady: they are overloaded, or hang",
    });
  });

  it("tries one call after a second, and opens again or closes", async () => {
    const { service, steady } = await setUp();
    await outcomes(steady, 20);
    vi.setSystemTime(Date.now() + 999);
    expect(await outcomes(steady, 1)).toEqual(["refused"]);
    vi.setSystemTime(Date.now() + 1);
    expect(await outcomes(steady, 2)).toEqual(["failed", "refused"]);
    service.mood = "answer";
    vi.setSystemTime(Date.now() + 1000);
    expect(await outcomes(steady, 3)).toEqual(times(3, "answered"));
    service.mood = "refuse";
    expect(await outcomes(steady, 18)).toEqual([...times(17, "failed"), "refused"]);
  });

  it("refuses others at once while one call is tried", async () => {
    const { service, steady } = await setUp();
    await outcomes(steady, 20);
    vi.setSystemTime(Date.now() + 1000);
    service.mood = "silent";
    const tried = steady.add({ id: "tried" });
    expect(await failureOf(steady.add({ id: "a" }))).toMatchObject({
      message: expect.stringContaining("one is being tried"),
    });
    (await service.request(20)).answer();
    expect((await tried).instance).toBe("by hand");
  });

  it("does not retry refused calls of idempotent rpcs", async () => {
    const { service, steady } = await setUp();
    for (let index = 0; index < 5; index += 1) await failureOf(steady.look({ id: "a" }));
    expect(service.taken).toHaveLength(20);
    const error = await failureOf(steady.look({ id: "b" }));
    expect(error).toMatchObject({
      message: expect.stringMatching(/nothing was sent.*or hang$/),
    });
  });

  it("leaves attempts alone that are under way when it opens", async () => {
    const { nc, service, steady } = await setUp();
    service.mood = "silent";
    const slow = steady.look({ id: "slow" });
    await service.request(0);
    const quick = () => failureOf(steady.look({ id: "a" }, { deadlineMs: 10 }));
    while (!String(await quick()).includes("nothing was sent"));
    // When this one is repeated, the slow one would have been before.
    const { look } = createClient(SteadyContract, nc, { breaker: false });
    const before = service.taken.length;
    const clock = look({ id: "clock" });
    expect([(await service.request(before)).id, (await service.request(before + 1)).id]).toEqual([
      "clock",
      "clock",
    ]);
    for (const each of service.taken) each.answer();
    expect([(await slow).instance, (await clock).instance]).toEqual(["by hand", "by hand"]);
  });

  it("counts calls that are not answered in time", async () => {
    const { service, steady } = await setUp();
    service.mood = "silent";
    expect(await outcomes(steady, 21, 10)).toEqual([...times(20, "failed"), "refused"]);
  });

  it("does not count calls that a handler had no time left for", async () => {
    const { service, steady } = await setUp();
    service.mood = "silent";
    noticeHandlers();
    const signal = new AbortController().signal;
    const late = { isDone: false, canEndEarly: false, remainingMs: () => 10, signal };
    expect(await runInHand(late, () => outcomes(steady, 25))).toEqual(times(25, "failed"));
  });

  it("stays closed while as many calls succeed as fail", async () => {
    const { service, steady } = await setUp();
    service.mood = "answer";
    await outcomes(steady, 20);
    service.mood = "refuse";
    expect(await outcomes(steady, 21)).toEqual([...times(21, "failed")]);
    expect(await outcomes(steady, 1)).toEqual(["refused"]);
  });

  it("does not count that nobody listens, nor what a request deserves", async () => {
    const nc = await lab.connect(client);
    const steady = createClient(SteadyContract, nc);
    expect(await outcomes(steady, 25)).toEqual(times(25, "failed"));
    await steadyPeer(nc, (request) => request.refuse("not_found"));
    expect(await outcomes(steady, 25)).toEqual(times(25, "failed"));
  });

  it("does not count what was sent before it opened", async () => {
    const { service, steady } = await setUp();
    service.mood = "silent";
    const early = Array.from({ length: 40 }, () => failureOf(steady.add({ id: "early" })));
    await service.request(39);
    for (const each of service.taken.slice(0, 20)) each.refuse("unavailable");
    await Promise.all(early.slice(0, 20));
    expect(await outcomes(steady, 1)).toEqual(["refused"]);
    service.mood = "answer";
    vi.setSystemTime(Date.now() + 1000);
    expect(await outcomes(steady, 1)).toEqual(["answered"]);
    for (const each of service.taken.slice(20, 40)) each.refuse("unavailable");
    await Promise.all(early);
    expect(await outcomes(steady, 1)).toEqual(["answered"]);
  });

  it("can be set, and turned off", async () => {
    const { steady } = await setUp({ breaker: { minimumRequests: 4, openMs: 5000 } });
    expect(await outcomes(steady, 5)).toEqual([...times(4, "failed"), "refused"]);
    vi.setSystemTime(Date.now() + 4999);
    expect(await outcomes(steady, 1)).toEqual(["refused"]);
    const { steady: undaunted } = await setUp({ breaker: false });
    expect(await outcomes(undaunted, 30)).toEqual(times(30, "failed"));
  });
});
