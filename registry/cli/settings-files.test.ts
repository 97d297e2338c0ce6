import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readSettingsFiles } from "./settings-files.ts";
import { type Folder, temporaryFolder } from "./testing/charter.ts";

let folder: Folder;
let deep: string;

beforeEach(async () => {
  folder = await temporaryFolder();
  deep = join(folder.path, "a/b");
  await mkdir(deep, { recursive: true });
});
afterEach(() => folder.remove());

test("readSettingsFiles finds both files above the working folder, the nearest first", async () => {
  await folder.write({
    "charter.yaml": "url: http://far\n",
    "a/charter.yaml": "url: http://near\n",
    ".charter/run.json": '{"http":"http://run","nats":"nats://run","pid":1}',
  });
  expect(await readSettingsFiles(deep, {})).toMatchObject({
    charterYaml: { url: "http://near", path: join(folder.path, "a/charter.yaml") },
    runJson: { http: "http://run", nats: "nats://run" },
  });
});

test("readSettingsFiles takes run.json from CHARTER_DATA", async () => {
  await folder.write({
    ".charter/run.json": '{"http":"http://wrong"}',
    "a/b/data/run.json": '{"http":"http://right"}',
  });
  const { runJson } = await readSettingsFiles(deep, { CHARTER_DATA: "data" });
  expect(runJson?.http).toBe("http://right");
});

test("readSettingsFiles finds nothing where nothing is", async () => {
  expect(await readSettingsFiles(deep, { CHARTER_DATA: "gone" })).toEqual({
    charterYaml: null,
    runJson: null,
  });
});

test.each([
  ["a token", "token: abc\n", /Take it out, and give it as CHARTER_TOKEN/],
  ["an unknown key", "adress: http://x\n", /must hold `url`, `nats` and `consumers`/],
  ["a value of another type", "url: 4280\n", /\/url must be string/],
  ["a consumer without a name", "consumers: [{ event: a.b }]", /\/consumers\/0 must have/],
  [
    "a consumer that would lose events in hand",
    "consumers: [{ name: x, event: a.b, ackWaitMs: 100 }]",
    /\/consumers\/0\/ackWaitMs must be >= 3000/,
  ],
  [
    "a wildcard for a parameter",
    "consumers: [{ name: x, event: 'a.{b}', parameters: { b: '*' } }]",
    /\/consumers\/0\/parameters\/b must/,
  ],
  ["broken YAML", "url: [\n", /is no valid YAML/],
])("readSettingsFiles refuses a charter.yaml with %s", async (_, text, message) => {
  await folder.write({ "charter.yaml": text });
  await expect(readSettingsFiles(deep, {})).rejects.toMatchObject({
    exit: "usage",
    message: expect.stringMatching(message),
  });
});

test("readSettingsFiles accepts an empty charter.yaml", async () => {
  await folder.write({ "charter.yaml": "# nothing yet\n" });
  expect((await readSettingsFiles(deep, {})).charterYaml).toMatchObject({
    path: join(folder.path, "charter.yaml"),
  });
});
