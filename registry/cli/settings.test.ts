import { expect, test } from "vitest";
import { chooseSettings } from "./settings.ts";

const files = {
  charterYaml: { url: "http://yaml", nats: "nats://yaml", path: "/w/charter.yaml" },
  runJson: { http: "http://run", nats: "nats://run", path: "/w/.charter/run.json" },
};
const none = { charterYaml: null, runJson: null };
const env = { CHARTER_URL: "http://env", NATS_URL: "nats://env", CHARTER_TOKEN: "env-token" };
const flags = { url: "http://flag", nats: "nats://flag", token: "flag-token" };

test.each([
  ["flags", flags, env, files, "http://flag", "--url", "nats://flag"],
  ["the environment", {}, env, files, "http://env", "CHARTER_URL", "nats://env"],
  ["charter.yaml", {}, {}, files, "http://yaml", "/w/charter.yaml", "nats://yaml"],
  [
    "charter.yaml when the environment is empty",
    {},
    { CHARTER_URL: "", NATS_URL: "" },
    files,
    "http://yaml",
    "/w/charter.yaml",
    "nats://yaml",
  ],
  [
    "the running registry's file",
    {},
    {},
    { ...files, charterYaml: null },
    "http://run",
    "/w/.charter/run.json",
    "nats://run",
  ],
  ["the defaults", {}, {}, none, "http://127.0.0.1:4280", "the default", "nats://127.0.0.1:4222"],
])("chooseSettings takes %s before what comes after", (_, f, e, from, url, source, nats) => {
  const settings = chooseSettings(f, e, from);
  expect(settings.url).toEqual({ value: url, from: source });
  expect(settings.nats.value).toBe(nats);
});

test("chooseSettings takes each setting from its own source", () => {
  const { url, nats } = chooseSettings(
    {},
    { NATS_URL: "nats://env" },
    { ...none, charterYaml: { url: "http://yaml", path: "/w/charter.yaml" } },
  );
  expect([url.value, nats.value]).toEqual(["http://yaml", "nats://env"]);
});

test("chooseSettings takes the token from the flag, then from the environment, then none", () => {
  expect(chooseSettings(flags, env, none).token?.value).toBe("flag-token");
  expect(chooseSettings({}, env, none).token?.value).toBe("env-token");
  expect(chooseSettings({}, {}, files).token).toBeNull();
});

test.each(["localhost:4280", "ftp://x", "4280"])(
  "chooseSettings refuses the address %s and names who gave it",
  (url) => {
    expect(() => chooseSettings({}, { CHARTER_URL: url }, none)).toThrow(
      expect.objectContaining({
        exit: "usage",
        message: expect.stringContaining(`CHARTER_URL gives "${url}"`),
      }),
    );
  },
);
