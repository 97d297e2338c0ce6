import { describe, expect, it } from "vitest";
import { hashToken, readConfig } from "./config.ts";
import { ConfigError } from "./config-error.ts";

const token = "a-token-of-this-test";

function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    readConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

describe("readConfig", () => {
  it("listens to this machine alone, writes for anyone there, and needs nothing else", () => {
    expect(readConfig({})).toEqual({
      host: "127.0.0.1",
      port: 4280,
      dataDir: ".charter/registry",
      writeTokenHash: null,
      nats: null,
      npm: null,
      watch: { environments: [], everyMs: 15_000, forgetAfterMs: 300_000 },
      logLevel: "info",
    });
  });

  it("takes an empty value for none", () => {
    const env = { CHARTER_HTTP_PORT: "", NATS_URL: "", CHARTER_TOKEN: "", CHARTER_NPM_URL: "" };
    expect(readConfig(env)).toEqual(readConfig({}));
  });

  it("keeps the digest of the token only", () => {
    const config = readConfig({ CHARTER_TOKEN: token });
    expect(config.writeTokenHash).toEqual(hashToken(token));
    expect(JSON.stringify(config)).not.toContain(token);
  });

  it.each(["0.0.0.0", "::", "192.0.2.1", "registry.example"])(
    "refuses %s, which others reach, without a token, and takes it with one",
    (host) => {
      expect(problemsOf({ CHARTER_HTTP_HOST: host })).toEqual([
        expect.stringContaining("CHARTER_TOKEN is not set"),
      ]);
      expect(readConfig({ CHARTER_HTTP_HOST: host, CHARTER_TOKEN: token }).host).toBe(host);
    },
  );

  it.each(["127.0.0.1", "::1", "localhost"])("needs no token on %s", (host) => {
    expect(readConfig({ CHARTER_HTTP_HOST: host }).writeTokenHash).toBeNull();
  });

  it.each([
    ["CHARTER_HTTP_PORT", "65536"],
    ["CHARTER_HTTP_PORT", "-1"],
    ["CHARTER_HTTP_PORT", "80a"],
    ["CHARTER_HTTP_PORT", "0x50"],
    ["CHARTER_HTTP_PORT", " "],
    ["CHARTER_TOKEN", "short"],
    ["NATS_URL", "127.0.0.1:4222"],
    ["NATS_URL", "nats://127.0.0.1:4222,http://127.0.0.1"],
    ["CHARTER_ALLOW_OLD_NATS", "yes"],
    ["CHARTER_WATCH", "nats://127.0.0.1:4222"],
    ["CHARTER_WATCH", "Prod=nats://127.0.0.1:4222"],
    ["CHARTER_WATCH", "=nats://127.0.0.1:4222"],
    ["CHARTER_WATCH", "prod=http://127.0.0.1"],
    ["CHARTER_WATCH", "prod="],
    ["CHARTER_WATCH", "prod=nats://127.0.0.1:4222,prod=nats://127.0.0.2:4222"],
    ["CHARTER_WATCH_EVERY_MS", "499"],
    ["CHARTER_WATCH_EVERY_MS", "1e3"],
    ["CHARTER_WATCH_FORGET_MS", "86400001"],
    ["CHARTER_LOG_LEVEL", "loud"],
  ])("refuses %s=%s by its name", (name, value) => {
    expect(problemsOf({ [name]: value })).toEqual([expect.stringMatching(new RegExp(`^${name} `))]);
  });

  it("takes several addresses of NATS, and one of npm", () => {
    const urls = "nats://127.0.0.1:4222,tls://127.0.0.2:4222";
    expect(readConfig({ NATS_URL: urls }).nats).toMatchObject({ url: urls, allowOldServer: false });
    const npm = { CHARTER_NPM_URL: "http://127.0.0.1:1,http://127.0.0.1:2" };
    expect(problemsOf({ ...npm, CHARTER_NPM_TOKEN: token })).toHaveLength(1);
  });

  it("reads the environments to look at, each with its own addresses and credentials", () => {
    const { watch } = readConfig({
      CHARTER_WATCH: "prod-eu=nats://127.0.0.1:1,nats://127.0.0.1:2,staging=tls://127.0.0.1:3",
      CHARTER_WATCH_PROD_EU_USER: "watcher",
      CHARTER_WATCH_PROD_EU_PASSWORD: "p",
      CHARTER_WATCH_EVERY_MS: "5000",
      NATS_TOKEN: "the registry's own",
    });
    expect(watch).toEqual({
      environments: [
        {
          environment: "prod-eu",
          url: "nats://127.0.0.1:1,nats://127.0.0.1:2",
          credentials: { user: "watcher", pass: "p" },
        },
        { environment: "staging", url: "tls://127.0.0.1:3", credentials: {} },
      ],
      everyMs: 5000,
      forgetAfterMs: 300_000,
    });
  });

  it("names the credentials file of an environment that cannot be read", () => {
    const env = { CHARTER_WATCH: "prod=nats://127.0.0.1:1", CHARTER_WATCH_PROD_CREDS: "/no.creds" };
    expect(problemsOf(env)).toEqual([
      expect.stringContaining('CHARTER_WATCH_PROD_CREDS is "/no.creds"'),
    ]);
  });

  it("shows no password of an address", () => {
    const url = "http://user:secret-word@127.0.0.1:4222";
    const problems = problemsOf({ NATS_URL: url, CHARTER_NPM_URL: `ftp${url.slice(4)}` });
    expect(problems.length).toBeGreaterThan(1);
    expect(problems.join("")).not.toContain("secret-word");
  });

  it("says all that is wrong at once", () => {
    const problems = problemsOf({
      CHARTER_HTTP_HOST: "0.0.0.0",
      CHARTER_HTTP_PORT: "x",
      NATS_URL: "x",
      CHARTER_NPM_URL: "http://127.0.0.1:4873",
      CHARTER_LOG_LEVEL: "x",
      CHARTER_ALLOW_OLD_NATS: "x",
      CHARTER_WATCH: "x",
    });
    expect(problems).toHaveLength(7);
  });

  it("takes NATS credentials from the environment, and names a file that cannot be read", () => {
    const env = { NATS_URL: "nats://127.0.0.1:4222", NATS_USER: "registry", NATS_PASSWORD: "p" };
    expect(readConfig(env).nats?.credentials).toEqual({ user: "registry", pass: "p" });
    expect(problemsOf({ NATS_CREDS: "/nowhere/registry.creds" })).toEqual([
      expect.stringContaining('NATS_CREDS is "/nowhere/registry.creds"'),
    ]);
  });
});
