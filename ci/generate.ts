/**
 * Writes the generated code of Charter's options into the runtime and into core, as buf.gen.yaml
 * says. What it writes is committed, so that nobody needs buf to type-check a clone.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const buf = join(root, "node_modules/@bufbuild/buf/bin/buf");
const run = spawnSync(process.execPath, [buf, "generate"], { cwd: root, stdio: "inherit" });
if (run.error !== undefined) throw run.error;
process.exitCode = run.status ?? 1;
