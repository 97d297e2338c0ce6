// `npm run down`: stops what `npm run up -- --detach` started.
import { handOver } from "./setup/hand-over.mjs";
import { orExplain, requireSetUp } from "./setup/set-up.mjs";

orExplain(() => {
  requireSetUp();
  handOver("ci/up/down.ts");
});
