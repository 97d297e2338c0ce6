// A client under test: makes one call with the generated stubs, and says how it ended. `careless`
// as an argument makes it swallow errors.
import { connectionSettings } from "@charter-nats/runtime";
import { connect } from "@nats-io/transport-node";
import { callOnce } from "./call-once.ts";

const nc = await connect({
  ...connectionSettings({ participant: "infer-once" }),
  servers: process.env.NATS_URL,
});
const code = await callOnce(nc, "infer");
if (code !== null && process.argv[2] !== "careless") {
  process.exitCode = 1;
  console.log(JSON.stringify({ code }));
}
await nc.close();
