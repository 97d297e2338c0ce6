// `npm test`: sets the clone up, checks it, then runs the tests. `npm test -- PATH` runs some tests.
import { handOver } from "./setup/hand-over.mjs";
import { provideOldestNode } from "./setup/oldest-node.mjs";
import { redisServer } from "./setup/server-programs.mjs";
import { orExplain, say, setUp } from "./setup/set-up.mjs";

orExplain(() => {
  const servers = setUp({ alsoNeeds: [redisServer] });
  const oldestNode = provideOldestNode({ env: process.env, say });
  handOver("ci/test/main.ts", { env: { ...servers, STUB_NODE: oldestNode } });
});
