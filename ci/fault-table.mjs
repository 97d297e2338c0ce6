// `npm run fault-table`: shows which law finds which planted fault. `npm run fault-table -- R2 R8` for some laws.
import { handOver } from "./setup/hand-over.mjs";
import { orExplain, setUp } from "./setup/set-up.mjs";

orExplain(() => {
  handOver("contract-tests/faults/print.ts", { env: setUp() });
});
