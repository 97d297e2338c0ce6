// `npm run check`: what can be judged of the clone without running it.
import { handOver } from "./setup/hand-over.mjs";
import { orExplain, setUp } from "./setup/set-up.mjs";

orExplain(() => {
  const { natsServer } = setUp();
  handOver("ci/check/main.ts", { env: { NATS_SERVER: natsServer } });
});
