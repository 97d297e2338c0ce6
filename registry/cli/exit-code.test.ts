import Fastify, { type FastifyInstance } from "fastify";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { statusOf } from "../api/schemas/problem.ts";
import { type FailureCode, failureCodes } from "../core/failure.ts";
import { exitCodes, exitOfFailure } from "./exit-code.ts";
import { charter, type Folder, temporaryFolder } from "./testing/charter.ts";
import { npcWorkspace } from "./testing/npc-workspace.ts";

/** What a real registry does only on a bad day. */
let badDay: FastifyInstance;
let url: string;
let folder: Folder;

const release = (state: string, error: string | null) => ({
  module: "bodybroker/npc",
  semver: "1.0.0",
  digest: "sha256:00",
  registeredAt: "2026-11-23T12:00:00Z",
  package: {
    name: "@bodybroker/npc",
    version: "1.0.0",
    state,
    integrity: null,
    error,
    registry: null,
  },
});

beforeAll(async () => {
  folder = await temporaryFolder(npcWorkspace);
  badDay = Fastify();
  badDay.get("/problem/:code/v1/modules", (request, reply) => {
    const { code } = request.params as { code: FailureCode };
    const status = statusOf[code];
    const problem = { type: "urn:x", title: "t", status, detail: `${code} happened.`, code };
    reply.status(status).send({ ...problem, id: "log-id-1", places: [] });
  });
  badDay.get("/html/v1/modules", (_, reply) => reply.type("text/html").send("<h1>hello</h1>"));
  badDay.get("/proxy/v1/modules", (_, reply) => reply.status(403).send("no"));
  badDay.get("/other/v1/modules", () => ({ items: [] }));
  badDay.post("/failed/v1/registrations", (_, reply) => {
    const nothing = { baselines: [], findings: [], additions: [], migrations: [] };
    const verdict = { verdict: "accepted", digest: "sha256:00", ...nothing };
    const report = {
      formatVersion: 1,
      id: "c1",
      createdAt: "2026-11-23T12:00:00Z",
      verdict: "accepted",
      policyVersion: 0,
      partial: null,
      modules: [{ ...verdict, module: "bodybroker/npc", semver: "1.0.0" }],
    };
    reply.status(201).send({ report, releases: [release("pending", null)] });
  });
  let asked = 0;
  badDay.get("/failed/v1/modules/bodybroker/npc/versions/1.0.0", () => ({
    ...(asked++ === 0 ? release("pending", null) : release("failed", "npm refused the token")),
    dependencies: [],
    files: [],
    bindings: [],
  }));
  badDay.post("/failed/v1/publications", () => ({
    publications: [
      {
        name: "@bodybroker/npc",
        version: "1.0.0",
        state: "failed",
        error: "npm refused the token",
      },
    ],
  }));
  url = await badDay.listen({ host: "127.0.0.1", port: 0 });
});

afterAll(async () => {
  await badDay.close();
  await folder.remove();
});

const run = (path: string, ...args: string[]) =>
  charter(args, { cwd: folder.path, env: { CHARTER_URL: `${url}${path}` } });

describe("exitOfFailure decides how a command ends", () => {
  test.each(failureCodes.map((code) => [code, exitCodes[exitOfFailure[code]]] as const))(
    "%s: %i",
    async (code, exitCode) => {
      const result = await run(`/problem/${code}`, "module", "list");
      expect(result).toMatchObject({ exitCode, stdout: "" });
      expect(result.stderr).toContain(`error: ${code}: ${code} happened.`);
      expect(result.stderr.includes("log-id-1")).toBe(statusOf[code] >= 500);
    },
  );

  test.each([
    ["UNAUTHENTICATED", 4],
    ["NOT_FOUND", 100],
    ["COMPILE_FAILED", 100],
    ["BREAKING_CHANGE", 100],
    ["INVALID_REQUEST", 2],
    ["BUSY", 4],
    ["INTERNAL", 1],
  ] as const)("%s is %i for ever, as pipelines rely on it", (code, exitCode) => {
    expect(exitCodes[exitOfFailure[code]]).toBe(exitCode);
  });
});

test.each(["html", "proxy", "other"])("what is no registry (%s) ends with 4", async (kind) => {
  const result = await run(`/${kind}`, "module", "list");
  expect(result).toMatchObject({ exitCode: 4, stdout: "" });
  expect(result.stderr).toContain("Is it a Charter registry");
});

test("module push waits for the package, and ends with 4 and the reason when npm refuses it", async () => {
  expect(await run("/failed", "module", "push")).toMatchObject({
    exitCode: 4,
    stdout: expect.stringContaining("@bodybroker/npc@1.0.0 failed: npm refused the token\n"),
  });
});

test("stubs publish ends with 4 when a publication fails again", async () => {
  expect(await run("/failed", "stubs", "publish")).toMatchObject({
    exitCode: 4,
    stdout: expect.stringMatching(/@bodybroker\/npc .*failed .*npm refused the token/),
  });
});
