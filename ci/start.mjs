// `npm start`: the registry server alone, as in production. It changes nothing in the clone.
import { handOver } from "./setup/hand-over.mjs";
import { orExplain, requireSetUp } from "./setup/set-up.mjs";

orExplain(() => {
  requireSetUp();
  handOver("registry/server/main.ts");
});
