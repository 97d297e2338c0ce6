// `npm run up`: sets the clone up, then starts everything on the pinned Node.
import { handOver } from "./setup/hand-over.mjs";
import { orExplain, setUp } from "./setup/set-up.mjs";

orExplain(() => {
  const { natsServer } = setUp();
  handOver("ci/up/main.ts", { env: { NATS_SERVER: natsServer } });
});
