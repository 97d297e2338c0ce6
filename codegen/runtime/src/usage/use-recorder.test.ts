import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { clients } from "../../testing/connections.ts";
import { FramesContract } from "../../testing/frames-lab.ts";
import { ShelfSchema } from "../../testing/gen/lab/v1/cached_pb.js";
import { Level } from "../../testing/gen/lab/v1/lab_pb.js";
import { LabContract, RangContract } from "../../testing/lab.ts";
import { useLab } from "../../testing/lab-server.ts";
import { createClient } from "../client/client.ts";
import { publish } from "../events/publisher.ts";
import { subscribe } from "../events/subscriber.ts";
import { serve } from "../service/service.ts";
import { useRecorder } from "./use-recorder.ts";

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
  readonly uses: readonly { readonly subject: string }[];
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
  for await (const { number } of createClient(FramesContract, nc).count({ to: 2 }))
    seen.push(number);
  const place = { case: "doorId" as const, value: "d1" };
  await publish(nc, RangContract, { room: "r1", level: Level.HIGH, meta: { count: 1n }, place });
  await events.stop();
  await Promise.all([service.stop(), frames.stop()]);
  return seen;
}

it("writes what an application reads of replies, frames and events, and sets in requests", async () => {
  vi.stubEnv("CHARTER_RECORD_USE", folder);
  vi.stubEnv("CHARTER_PARTICIPANT", "gateway");
  expect(await application()).toEqual([2, 1, 2, "d1"]);
  const release = { module: "lab/lab", semver: "1.2.3" };
  const field = (path: string, number: number, type: string) => ({ path, numbers: [number], type });
  // It writes a while after the first use, and again for what came later.
  await expect.poll(recorded, { timeout: 5000 }).toEqual({
    formatVersion: 1,
    participant: "gateway",
    uses: [
      {
        ...release,
        subject: "lab.echo.request.v1.{room}",
        kind: "request",
        reads: { message: "lab.v1.EchoResponse", fields: [field("times", 2, "uint32")] },
        sends: {
          message: "lab.v1.EchoRequest",
          fields: [field("room", 1, "string"), field("text", 2, "string")],
        },
      },
      {
        ...release,
        subject: "lab.count.request.v1",
        kind: "streaming",
        reads: { message: "lab.v1.CountResponse", fields: [field("number", 1, "uint32")] },
        sends: { message: "lab.v1.CountRequest", fields: [field("to", 1, "uint32")] },
      },
      {
        ...release,
        subject: RangContract.subject.text,
        kind: "event",
        reads: { message: "lab.v1.Rang", fields: [field("door_id", 4, "string")] },
        sends: null,
      },
    ],
  });
});

it("writes what is set in a request that nobody answers, and is no use without a call", async () => {
  vi.stubEnv("CHARTER_RECORD_USE", folder);
  const nc = await lab.connect(client);
  createClient(FramesContract, nc);
  const { echo } = createClient(LabContract, nc);
  await expect(echo({ room: "r1", times: 0 })).rejects.toMatchObject({ code: "unavailable" });
  const { uses } = await recorded();
  expect(uses).toEqual([
    expect.objectContaining({
      reads: { message: "lab.v1.EchoResponse", fields: [] },
      sends: {
        message: "lab.v1.EchoRequest",
        fields: [{ path: "room", numbers: [1], type: "string" }],
      },
    }),
  ]);
});

/** Has two ways to each of its shelves, so that the paths double with each step. */
function shelf(steps: number): MessageInitShape<typeof ShelfSchema> {
  if (steps === 0) return { width: 1 };
  return { width: 1, below: shelf(steps - 1), shelves: { true: shelf(steps - 1) } };
}

it("writes as many fields of a message as the registry takes, and says once that it left some out", async () => {
  vi.stubEnv("CHARTER_RECORD_USE", folder);
  const said = vi.spyOn(console, "error").mockImplementation(() => {});
  const usable = {
    release: LabContract.release,
    subject: "lab.shelf.v1",
    kind: "request",
  } as const;
  const record = useRecorder({ ...usable, reads: ShelfSchema, sends: ShelfSchema });
  record?.sends(create(ShelfSchema, shelf(10)));
  record?.sends(create(ShelfSchema, shelf(10)));
  const { uses } = await recorded();
  const fields = expect.objectContaining({ length: 2000 });
  expect(uses).toEqual([expect.objectContaining({ sends: { message: "lab.v1.Shelf", fields } })]);
  expect(said.mock.calls).toEqual([
    [
      "charter: lab.shelf.v1:",
      expect.objectContaining({ message: expect.stringContaining("2000 used fields") }),
    ],
  ]);
  said.mockRestore();
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
