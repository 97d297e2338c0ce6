import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { clients } from "../../testing/connections.ts";
import { FramesContract } from "../../testing/frames-lab.ts";
import { Level } from "../../testing/gen/lab/v1/lab_pb.js";
import { LabContract, RangContract } from "../../testing/lab.ts";
import { useLab } from "../../testing/lab-server.ts";
import { createClient } from "../client/client.ts";
import { publish } from "../events/publisher.ts";
import { subscribe } from "../events/subscriber.ts";
import { serve } from "../service/service.ts";

const client = clients[0] as (typeof clients)[number];
const lab = useLab();
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "charter-use-"));
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

interface Recorded {
  readonly participant: string;
  readonly uses: readonly { readonly subject: string; readonly fields: readonly unknown[] }[];
}

async function filesIn(path: string): Promise<Recorded[]> {
  const names = (await readdir(path)).filter((name) => name.endsWith(".usage.json"));
  return Promise.all(
    names.map(async (name) => JSON.parse(await readFile(join(path, name), "utf8")) as Recorded),
  );
}

/** What is recorded, once it has been written. */
function recorded(): Promise<Recorded> {
  return vi.waitFor(async () => {
    const [file] = await filesIn(folder);
    if (file === undefined) throw new Error("nothing is written yet");
    return file;
  });
}

/** An application that reads some of what it gets. */
async function application(): Promise<unknown[]> {
  const nc = await lab.connect(client);
  const seen: unknown[] = [];
  const service = await serve(nc, LabContract, { echo: ({ text }) => ({ text, times: 2 }) });
  const frames = await serve(nc, FramesContract, {
    async *count() {
      yield { number: 1 };
      yield { number: 2 };
    },
    async *tell() {},
  });
  const events = await subscribe(nc, RangContract, {}, ({ place }) => void seen.push(place.value));
  seen.push((await createClient(LabContract, nc).echo({ room: "r1", text: "hi" })).times);
  for await (const { number } of createClient(FramesContract, nc).count({})) seen.push(number);
  const place = { case: "doorId" as const, value: "d1" };
  await publish(nc, RangContract, { room: "r1", level: Level.HIGH, meta: { count: 1n }, place });
  await events.stop();
  await Promise.all([service.stop(), frames.stop()]);
  return seen;
}

it("writes what an application reads of replies, frames and events", async () => {
  vi.stubEnv("CHARTER_RECORD_USE", folder);
  vi.stubEnv("CHARTER_PARTICIPANT", "gateway");
  expect(await application()).toEqual([2, 1, 2, "d1"]);
  const release = { module: "lab/lab", semver: "1.2.3" };
  const use = (subject: string, fields: readonly object[]) =>
    expect.objectContaining({ ...release, subject, fields });
  expect(await recorded()).toEqual({
    formatVersion: 1,
    participant: "gateway",
    uses: [
      use("lab.echo.request.v1.{room}", [{ path: "times", type: "uint32" }]),
      use("lab.count.request.v1", [{ path: "number", type: "uint32" }]),
      use(RangContract.subject.text, [{ path: "door_id", type: "string" }]),
    ],
  });
});

it.each([
  ["without a folder", { CHARTER_RECORD_USE: "" }],
  ["in production", { NODE_ENV: "production" }],
])("records nothing %s", async (_, env) => {
  vi.stubEnv("CHARTER_RECORD_USE", folder);
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  expect(await application()).toEqual([2, 1, 2, "d1"]);
  expect(await filesIn(folder)).toEqual([]);
});
