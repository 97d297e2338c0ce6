// `npm run up`: sets the clone up, then starts everything on the pinned Node.
import { handOver } from "./setup/hand-over.mjs";
import { orExplain, setUp } from "./setup/set-up.mjs";

orExplain(() => {
  handOver("ci/up/main.ts", { env: setUp() });
});
