import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { rules } from "../registry/core/gate/rules.ts";
import { rulePages } from "./rule-pages.ts";

const folder = join(import.meta.dirname, "../registry/docs/rules");

it("registry/docs/rules has exactly the pages that ci/write-rule-pages.ts writes", async () => {
  const pages = rulePages();
  expect(pages.size).toBe(rules.size + 1);
  expect((await readdir(folder)).sort()).toEqual([...pages.keys()].sort());
  const stale: string[] = [];
  for (const [name, text] of pages) {
    if ((await readFile(join(folder, name), "utf8")) !== text) stale.push(name);
  }
  expect(stale, "run: npx node ci/write-rule-pages.ts").toEqual([]);
});

it("every rule says why it matters", () => {
  expect([...rules.values()].filter(({ why }) => why === "").map(({ id }) => id)).toEqual([]);
});
