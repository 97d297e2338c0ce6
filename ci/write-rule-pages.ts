/**
 * Writes the page of each rule of the gate, and their index, into `registry/docs/rules`. Run it
 * after a change of a rule, a reason or an example: `npx node ci/write-rule-pages.ts`.
 */
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { rulePages } from "./rule-pages.ts";

const folder = join(import.meta.dirname, "../registry/docs/rules");
const pages = rulePages();

await mkdir(folder, { recursive: true });
for (const name of await readdir(folder)) {
  if (!pages.has(name)) await rm(join(folder, name));
}
for (const [name, text] of pages) await writeFile(join(folder, name), text);
