// `npm run bench`: measures on the pinned Node what the design sets bars for.
import { handOver } from "./setup/hand-over.mjs";
import { orExplain, setUp } from "./setup/set-up.mjs";

orExplain(() => {
  const { natsServer } = setUp();
  handOver("ci/bench/main.ts", { env: { NATS_SERVER: natsServer } });
});
