// `npm test`: sets the clone up, checks it, then runs the tests. `npm test -- PATH` runs some tests.
import { handOver } from "./setup/hand-over.mjs";
import { orExplain, setUp } from "./setup/set-up.mjs";

orExplain(() => {
  const { natsServer } = setUp();
  handOver("ci/test/main.ts", { env: { NATS_SERVER: natsServer } });
});
