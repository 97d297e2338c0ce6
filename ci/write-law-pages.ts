/**
 * Writes the page of each law of the contract tests, and their index, into `contract-tests/docs/laws`.
 * Run it after a change of the catalogue: `npx node ci/write-law-pages.ts`.
 */
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { lawPages } from "./law-pages.ts";

const folder = join(import.meta.dirname, "../contract-tests/docs/laws");
const pages = lawPages();

await mkdir(folder, { recursive: true });
for (const name of await readdir(folder)) {
  if (!pages.has(name)) await rm(join(folder, name));
}
for (const [name, text] of pages) await writeFile(join(folder, name), text);
