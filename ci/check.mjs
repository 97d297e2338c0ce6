// `npm run check`: what can be judged of the clone without running it.
import { handOver } from "./setup/hand-over.mjs";
import { orExplain, setUp } from "./setup/set-up.mjs";

orExplain(() => {
  handOver("ci/check/main.ts", { env: setUp() });
});
