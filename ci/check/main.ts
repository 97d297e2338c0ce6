import { join } from "node:path";
import { runChecks } from "./run-checks.ts";

const failed = await runChecks(join(import.meta.dirname, "../.."), (line) => {
  process.stdout.write(`${line}\n`);
});
process.exitCode = failed.length === 0 ? 0 : 1;
