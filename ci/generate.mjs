// `npm run generate`: writes the generated code that is committed.
import { handOver } from "./setup/hand-over.mjs";
import { orExplain, setUp } from "./setup/set-up.mjs";

orExplain(() => {
  setUp();
  handOver("ci/generate.ts");
});
