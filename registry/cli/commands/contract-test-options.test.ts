import { describe, expect, it } from "vitest";
import { chooseClass, duration } from "./contract-test-options.ts";

describe("chooseClass", () => {
  const of = (value: string) => chooseClass(undefined, { value, from: "NATS_URL" });

  it.each([
    "nats://127.0.0.1:4222",
    "nats://localhost:4222",
    "localhost",
    "127.0.3.1:4222",
    "tls://[::1]:4222",
    "nats://me:secret@localhost:4222",
    "nats://127.0.0.1:4222,nats://localhost:4223",
  ])("takes %s for a server that may be written to", (servers) => {
    expect(of(servers)).toEqual({ environmentClass: "ephemeral", note: null });
  });

  it.each([
    "nats://nats.prod:4222",
    "10.0.0.7",
    "nats://127.0.0.1:4222,nats://nats.prod:4222",
    "nats://localhost.example.com:4222",
    "nats://127.0.0.1.example.com:4222",
    "nats://localhost@nats.prod:4222",
    "",
  ])("takes %j for production, and says how to allow more", (servers) => {
    expect(of(servers)).toMatchObject({
      environmentClass: "production",
      note: expect.stringMatching(/production.*--environment-class staging or ephemeral/),
    });
  });

  it("shows no credentials, and does what it is told", () => {
    expect(of("nats://me:secret@nats.prod:4222").note).not.toContain("secret");
    expect(chooseClass("staging", { value: "nats://nats.prod", from: "--nats" })).toEqual({
      environmentClass: "staging",
      note: null,
    });
  });
});

describe("duration", () => {
  it.each([
    ["500ms", 500],
    ["90s", 90_000],
    ["10m", 600_000],
    ["24h", 86_400_000],
  ])("reads %s as %i ms", (text, ms) => {
    expect(duration(text)).toBe(ms);
  });

  it.each(["", "10", "0s", "-1s", "1.5s", "25h", "1d", "10 s", "9999999999s"])(
    "refuses %j",
    (text) => {
      expect(() => duration(text)).toThrow("It must be a duration up to 24h");
    },
  );
});
