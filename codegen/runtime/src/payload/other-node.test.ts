import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type RunningNatsServer, startNatsServer } from "../../../../ci/testing/nats-server.ts";
import { clients, type TestConnection } from "../../testing/connections.ts";
import {
  compressed,
  compressedSecret,
  curveSeed,
  labUnder,
  rangUnder,
} from "../../testing/payload-labs.ts";
import { createClient } from "../client/client.ts";
import { subscribe } from "../events/subscriber.ts";
import { payloadKeys } from "./payload-keys.ts";

/** The runtime promises more Node versions than this repository runs on, some without zstd. */
const node = process.env.STUB_NODE ?? process.execPath;
const bundle = join(import.meta.dirname, `../../.charter/payload-peer-${process.pid}.mjs`);
const seed = curveSeed();

let server: RunningNatsServer;
let peer: ChildProcess;
let nc: TestConnection;

beforeAll(async () => {
  server = await startNatsServer();
  await build({
    entryPoints: [join(import.meta.dirname, "../../testing/payload-peer.ts")],
    outfile: bundle,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20.19",
    packages: "external",
    logLevel: "error",
  });
  peer = spawn(node, [bundle, server.url, seed], { stdio: ["ignore", "pipe", "inherit"] });
  if (peer.stdout !== null) await once(peer.stdout, "data");
  nc = (await clients[0]?.connect({ servers: server.url })) as TestConnection;
});

afterAll(async () => {
  await nc?.close();
  peer?.kill();
  rmSync(bundle, { force: true });
  await server?.stop();
});

it("large and sealed payloads travel between two Node versions, with zstd or without", async () => {
  const services = { "lab/lab": payloadKeys({ own: seed }).publicKey };
  const keys = payloadKeys({ own: curveSeed(), services });
  const events = await subscribe(nc, rangUnder(compressed), {});
  const { echo } = createClient(labUnder(compressedSecret), nc, { keys });
  const blob = Uint8Array.from({ length: 300_000 }, (_, index) => (index * index) % 97);
  const reply = await echo({ room: "r1", text: "hush", blob });
  expect(reply.text).toBe("hush");
  expect(Buffer.compare(reply.blob, blob)).toBe(0);
  for await (const { message } of events) {
    expect(Buffer.compare(message.blob, blob)).toBe(0);
    break;
  }
});
