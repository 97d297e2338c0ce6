import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { SetupFailure } from "./failure.mjs";
import { runStep } from "./steps.mjs";

let clone: string;
const said: string[] = [];

/** Counts its runs in what it makes. */
const step = {
  name: "count",
  script: "count.mjs",
  inputs: ["proto", "lock.json"],
  outputs: ["made/count"],
};
const script = `
  import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
  mkdirSync("made", { recursive: true });
  const runs = existsSync("made/count") ? Number(readFileSync("made/count", "utf8")) : 0;
  writeFileSync("made/count", String(runs + 1));
`;

beforeEach(async () => {
  clone = await mkdtemp(join(tmpdir(), "charter-steps-"));
  said.length = 0;
  await mkdir(join(clone, "proto/deep"), { recursive: true });
  await write("count.mjs", script);
  await write("proto/deep/a.proto", "message A {}");
  await write("lock.json", "{}");
});
afterEach(() => rm(clone, { recursive: true, force: true }));

const write = (path: string, text: string) => writeFile(join(clone, path), text);
const run = () => runStep(step, (line) => said.push(line), clone);
const runs = async () => Number(await readFile(join(clone, "made/count"), "utf8"));

it("runStep runs once while nothing changes, and says so once", async () => {
  run();
  run();
  expect(await runs()).toBe(1);
  expect(said).toEqual(["count"]);
});

it.each([
  { what: "an input file", path: "lock.json" },
  { what: "a file deep in an input folder", path: "proto/deep/a.proto" },
  { what: "a new file in an input folder", path: "proto/b.proto" },
  { what: "its own script", path: "count.mjs" },
])("runStep runs again after a change of $what", async ({ path }) => {
  run();
  await write(path, path === "count.mjs" ? `${script}\n` : "changed");
  run();
  expect(await runs()).toBe(2);
});

it("runStep runs again when what it made is gone, or its stamp cannot be read", async () => {
  run();
  await rm(join(clone, "made"), { recursive: true });
  run();
  expect(await runs()).toBe(1);
  await write(".charter/set-up-stamps.json", "{");
  run();
  expect(await runs()).toBe(2);
});

it("runStep does not run again for tests and what is installed", async () => {
  run();
  await write("proto/a.test.ts", "");
  await mkdir(join(clone, "proto/node_modules"));
  await write("proto/node_modules/x.js", "");
  run();
  expect(await runs()).toBe(1);
});

it("runStep fails with the script, and tries again the next time", async () => {
  await write("count.mjs", "process.exit(3);");
  expect(run).toThrow(new SetupFailure("count.mjs ended with 3; its own words are above."));
  await write("count.mjs", script);
  run();
  expect(await runs()).toBe(1);
});
