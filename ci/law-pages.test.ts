import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { catalogue, familyOf } from "../contract-tests/catalogue/catalogue.ts";
import { accountLaws, laws } from "../contract-tests/runner/laws.ts";
import { rules } from "../registry/core/gate/rules.ts";
import { lawPages } from "./law-pages.ts";

const tried = [...laws, ...accountLaws];
const folder = join(import.meta.dirname, "../contract-tests/docs/laws");

it("contract-tests/docs/laws has exactly the pages that ci/write-law-pages.ts writes", async () => {
  const pages = lawPages();
  expect(pages.size).toBe(catalogue.size + 1);
  expect((await readdir(folder)).sort()).toEqual([...pages.keys()].sort());
  const stale: string[] = [];
  for (const [name, text] of pages) {
    if ((await readFile(join(folder, name), "utf8")) !== text) stale.push(name);
  }
  expect(stale, "run: npx node ci/write-law-pages.ts").toEqual([]);
});

it("the catalogue says of each law what the law says of itself", () => {
  const own = tried.map(({ id, title, minimum, effect }) => ({ id, title, minimum, effect }));
  const told = tried.map(({ id }) => {
    const entry = catalogue.get(id);
    return { id, title: entry?.title, minimum: entry?.minimum, effect: entry?.effect };
  });
  expect(own.length).toBeGreaterThan(0);
  expect(told).toEqual(own);
});

it("a law that no run tries is one of the schemas, of clients or of the migration", () => {
  const ids = new Set(tried.map(({ id }) => id));
  const untried = [...catalogue.values()].filter(({ id }) => !ids.has(id)).map(familyOf);
  const elsewhere = ["schemas", "clients", "migration"];
  expect(untried.filter((family) => !elsewhere.includes(family))).toEqual([]);
});

it("a law of the schemas names rules that the gate has", () => {
  const schemas = [...catalogue.values()].filter((entry) => familyOf(entry) === "schemas");
  const named = schemas.flatMap((entry) => entry.rules ?? []);
  expect(schemas.every((entry) => (entry.rules ?? []).length > 0)).toBe(true);
  expect(named.filter((rule) => !rules.has(rule))).toEqual([]);
});
