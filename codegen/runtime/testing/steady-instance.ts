import { appendFileSync } from "node:fs";
import { setTimeout as work } from "node:timers/promises";
import { connectionSettings } from "../src/connection/connection-settings.ts";
import { serve } from "../src/service/service.ts";
import { clients } from "./connections.ts";
import { SteadyContract } from "./steady-lab.ts";

// An instance in a process of its own, to be killed: `steady-instance NATS_URL CLIENT RECORD WORK_MS`.
const [servers = "", client, record = "", workMs] = process.argv.slice(2);
const connect = clients.find((each) => each.client === client)?.connect;
const nc = await connect?.({ servers, ...connectionSettings({ participant: "steady" }) });
if (nc === undefined) throw new Error(`there is no NATS client ${client}`);
const instance = String(process.pid);

/** Writes down what is executed before it is, so that a kill hides nothing. */
async function answer(id: string) {
  appendFileSync(record, `${id} ${instance}\n`);
  // Never all at once, so that some requests are in hand at any time.
  await work(Number(workMs) * (0.5 + Math.random()));
  return { instance };
}

const running = await serve(nc, SteadyContract, {
  look: ({ id }) => answer(id),
  add: ({ id }) => answer(id),
});
process.once("SIGTERM", async () => {
  await running.stop();
  await nc.close();
  process.disconnect();
});
process.send?.("serving");
