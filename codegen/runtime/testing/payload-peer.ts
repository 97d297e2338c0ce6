import { connect } from "@nats-io/transport-node";
import { publish } from "../src/events/publisher.ts";
import { payloadKeys } from "../src/payload/payload-keys.ts";
import { serve } from "../src/service/service.ts";
import { Level } from "./gen/lab/v1/lab_pb.js";
import { compressed, compressedSecret, labUnder, rangUnder } from "./payload-labs.ts";

// Another process, maybe on another Node: serves the lab's echo, sealed and compressed, and publishes
// what the requests hold. `payload-peer NATS_URL SEED`.
const [url = "", seed = ""] = process.argv.slice(2);
const nc = await connect({ servers: url });
const event = rangUnder(compressed);
await serve(
  nc,
  labUnder(compressedSecret),
  {
    async echo({ room, text, blob }) {
      const place = { case: "doorId" as const, value: "d1" };
      await publish(nc, event, { room, level: Level.HIGH, meta: { count: 1n }, place, blob });
      return { text, blob };
    },
  },
  { keys: payloadKeys({ own: seed }) },
);
process.stdout.write(`serving on ${process.version}\n`);
