/**
 * Shows what a line break in a subject does with each NATS client, and with a stub over the older
 * one: `npx node ci/show-injection.ts`. It talks to a nats-server of its own on loopback, and ends
 * with 1 when the clients behave otherwise than the decision about them says.
 */
import { ReleaseRegisteredContract } from "@charter/registry/v1";
import { publish } from "@charter-nats/runtime";
import * as newer from "@nats-io/transport-node";
import * as older from "nats";
import { startNatsServer } from "./testing/nats-server.ts";

/** What a player might send as the name of a world. */
const world = "w1 0\r\n\r\nPUB shutdown 3\r\nnow\r\nPUB nothing";

/** What a hand-written publisher does with it, and what a stub does. */
const attempts: readonly (readonly [name: string, expected: boolean, attempt: Attempt])[] = [
  ["nats 2.29.3", true, byHand(older.connect)],
  ["@nats-io/transport-node 3.4.0", false, byHand(newer.connect)],
  ["a Charter stub over nats 2.29.3", false, byStub],
];

type Attempt = (url: string) => Promise<void>;

function byHand(connect: typeof older.connect | typeof newer.connect): Attempt {
  return async (url) => {
    const nc = await connect({ servers: url, reconnect: false });
    try {
      nc.publish(`ai.world.state.update.v1.${world}`, new Uint8Array());
      await nc.flush();
    } finally {
      await nc.close();
    }
  };
}

async function byStub(url: string): Promise<void> {
  const nc = await older.connect({ servers: url, reconnect: false });
  try {
    const event = { owner: "acme", name: world, semver: "1.0.0", digest: "sha256:00" };
    await publish(nc, ReleaseRegisteredContract, event);
    await nc.flush();
  } finally {
    await nc.close();
  }
}

const server = await startNatsServer();
const listener = await newer.connect({ servers: server.url });
const heard: string[] = [];
listener.subscribe("shutdown", {
  callback(_error, message) {
    heard.push(`${message.subject} "${message.string()}"`);
  },
});
await listener.flush();
try {
  for (const [name, expected, attempt] of attempts) {
    const refusal = await attempt(server.url).then(
      () => null,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    // What the server has read before this ping has reached the listener after it.
    await listener.flush();
    const injected = heard.splice(0);
    const outcome =
      injected.length > 0
        ? `INJECTED ${injected.join(", ")}`
        : `refused: ${refusal?.replaceAll("\r\n", "\\r\\n") ?? "nothing arrived"}`;
    process.stdout.write(`${name}\n  ${outcome}\n`);
    if (injected.length > 0 !== expected) process.exitCode = 1;
  }
} finally {
  await listener.close();
  await server.stop();
}
