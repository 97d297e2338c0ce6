// `npm run bench`: measures on the pinned Node what the design sets bars for.
import { handOver } from "./setup/hand-over.mjs";
import { redisServer } from "./setup/server-programs.mjs";
import { orExplain, setUp } from "./setup/set-up.mjs";

orExplain(() => {
  handOver("ci/bench/main.ts", { env: setUp({ alsoNeeds: [redisServer] }) });
});
