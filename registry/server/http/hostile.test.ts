import { connect } from "node:net";
import { pino } from "pino";
import { Value } from "typebox/value";
import { describe, expect, it } from "vitest";
import { ProblemSchema } from "../../api/schemas/problem.ts";
import { limits } from "../../core/limits.ts";
import { buildSubjectIndex } from "../jobs/subject-index.ts";
import { openDatabase } from "../storage/open.ts";
import { createStore } from "../storage/store.ts";
import { startTestRegistry } from "../testing/test-registry.ts";
import { evil, expectProblem, fileBody, underAttack } from "../testing/under-attack.ts";
import { buildApp } from "./app.ts";

const target = underAttack();
const { send } = target;

describe("bodies that are too large", () => {
  const large = 50 * 1024 * 1024;

  it("50 MB with a length are refused before they are sent", async () => {
    const answer = await exchange([
      `POST /v1/registrations HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: ${large}\r\n\r\n{`,
    ]);
    expect(answer).toMatchObject({ status: 413, problem: { code: "TOO_LARGE" } });
  });

  it("50 MB reach whoever sends them with a client as an answer, not as a broken connection", async () => {
    const body = " ".repeat(large);
    for (let i = 0; i < 3; i++) await expectProblem(await send(body), { code: "TOO_LARGE" });
  });

  it("50 MB in chunks without a length are cut off", async () => {
    const chunk = " ".repeat(64 * 1024);
    const chunks = Array.from(
      { length: large / chunk.length },
      () => `${chunk.length.toString(16)}\r\n${chunk}\r\n`,
    );
    const answer = await exchange([
      "POST /v1/registrations HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n",
      ...chunks,
    ]);
    expect(answer).toMatchObject({ status: 413, problem: { code: "TOO_LARGE" } });
  });
});

/** Sends raw pieces on one connection, and reads until the server closes it or has answered. */
async function exchange(
  pieces: readonly string[],
  url = target.registry.url,
): Promise<{ status: number; problem: unknown }> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  socket.on("error", () => {});
  const answer = new Promise<string>((resolve) => {
    let received = "";
    const check = () => {
      const [head = "", body = ""] = received.split("\r\n\r\n");
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? Number.NaN);
      if (Buffer.byteLength(body) >= length) resolve(received);
    };
    socket.on("data", (data) => {
      received += data.toString();
      check();
    });
    socket.on("close", () => resolve(received));
  });
  for (const piece of pieces) {
    if (socket.destroyed) break;
    const written = new Promise((resolve) => socket.write(piece, resolve));
    await Promise.race([written, answer]);
  }
  const [head = "", body = ""] = (await answer).split("\r\n\r\n");
  socket.destroy();
  expect(head.toLowerCase()).toContain("content-type: application/problem+json");
  return { status: Number(head.split(" ")[1]), problem: JSON.parse(body) };
}

describe("requests that are no requests", () => {
  it.each([
    ["no HTTP", "HELLO\r\n\r\n", 400],
    [
      "a length and chunks",
      "POST /v1/checks HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
      400,
    ],
    [
      "two lengths",
      "POST /v1/checks HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\n{}   ",
      400,
    ],
    [
      "a length that is none",
      "POST /v1/checks HTTP/1.1\r\nhost: a\r\ncontent-length: -5\r\n\r\n{}",
      400,
    ],
    [
      "headers without end",
      `GET /healthz HTTP/1.1\r\nhost: a\r\nx: ${"a".repeat(40_000)}\r\n\r\n`,
      431,
    ],
  ])("%s", async (_what, bytes, status) => {
    const answer = await exchange([bytes]);
    expect(answer.status).toBe(status);
    expect(Value.Check(ProblemSchema, answer.problem)).toBe(true);
  });

  it("a body longer than its length is cut at its length", async () => {
    const answer = await exchange([
      "POST /v1/checks HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 1\r\n\r\n{}",
    ]);
    expect(answer).toMatchObject({ status: 400, problem: { code: "INVALID_REQUEST" } });
  });
});

describe("JSON", () => {
  const deep = 100_000;
  const file = { path: "acme/evil/v1/evil.proto", content: evil("message A {}") };
  const module = { name: "acme/evil", files: [file] };

  it.each<[string, string]>([
    ["no JSON", "{ modules"],
    ["nothing", ""],
    ["null", "null"],
    ["nested arrays", "[".repeat(deep) + "]".repeat(deep)],
    ["nested objects", `${'{"modules":'.repeat(deep)}1${"}".repeat(deep)}`],
    ["an unknown field", JSON.stringify({ modules: [module], force: true })],
    ["an unknown field of a module", JSON.stringify({ modules: [{ ...module, semver: "9.9.9" }] })],
    [
      "an unknown field of a file",
      JSON.stringify({ modules: [{ ...module, files: [{ ...file, mode: 1 }] }] }),
    ],
    ["a prototype", `{"__proto__": {"a": 1}, "modules": [${JSON.stringify(module)}]}`],
    ["a number for a text", JSON.stringify({ modules: [{ ...module, name: 7 }] })],
    ["no modules", JSON.stringify({ modules: [] })],
    ["no files", JSON.stringify({ modules: [{ name: "acme/evil", files: [] }] })],
    ["10,000 modules", JSON.stringify({ modules: Array.from({ length: 10_000 }, () => module) })],
    [
      "10,000 files",
      JSON.stringify({
        modules: [
          {
            ...module,
            files: Array.from({ length: 10_000 }, (_, i) => ({
              path: `acme/evil/v1/e${i}.proto`,
              content: "",
            })),
          },
        ],
      }),
    ],
    ["one module twice", JSON.stringify({ modules: [module, module] })],
    ["a file beyond its limit", fileBody("/".repeat(limits.fileBytes + 1))],
  ])("%s", async (_what, body) => {
    await expectProblem(await send(body), { code: "INVALID_REQUEST" });
  });

  it.each([
    "text/plain",
    "application/xml",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=a",
    "application/jsonx",
    "*/*",
  ])("as %s is of no media type that is understood", async (type) => {
    const response = await send(fileBody(evil("message A {}")), type);
    await expectProblem(response, { code: "UNSUPPORTED_MEDIA_TYPE", status: 415 });
  });
});

describe("names", () => {
  it.each([
    "../../../etc/evil.proto",
    "acme/../evil.proto",
    "/etc/evil.proto",
    "acme\\evil.proto",
    "C:/evil.proto",
    "acme/ev\0il.proto",
    "acme/evil.proto\n",
    "acme//evil.proto",
    "./acme/evil.proto",
    "acme/evil.txt",
    "acme/.evil.proto",
    "-o/evil.proto",
    "acme/évil.proto",
    "acme/\ud800.proto",
    "google/protobuf/any.proto",
    "charter/nats/v1/binding.proto",
    `${"a/".repeat(40)}evil.proto`,
    `${"a".repeat(300)}.proto`,
  ])("of a file: %j", async (path) => {
    const response = await send(fileBody(evil("message A {}"), path));
    await expectProblem(response, { code: "INVALID_REQUEST" });
  });

  it("of a file, twice, in one module or in two", async () => {
    const file = { path: "acme/evil/v1/evil.proto", content: evil("message A {}") };
    const twice = [{ name: "acme/evil", files: [file, file] }];
    const shared = ["acme/evil", "acme/other"].map((name) => ({ name, files: [file] }));
    for (const modules of [twice, shared]) {
      const problem = await expectProblem(await send(JSON.stringify({ modules })));
      expect(problem.places).not.toEqual([]);
    }
  });

  it.each([
    "acme",
    "acme/a/b",
    "/evil",
    "acme/",
    "../evil",
    "Acme/evil",
    "a\ncme/evil",
    "@a/b",
    "\ud800/a",
  ])("of a module: %j", async (name) => {
    const files = [{ path: "acme/evil/v1/evil.proto", content: evil("message A {}") }];
    await expectProblem(await send(JSON.stringify({ modules: [{ name, files }] })), {
      code: "INVALID_REQUEST",
    });
  });
});

describe("senders that are too slow", () => {
  const slow =
    "POST /v1/registrations HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{";

  it("are answered with 408 when their time is up", async () => {
    const db = openDatabase(target.registry.dataDir);
    const neverNow = () => {
      throw new Error("nobody asks");
    };
    const never = async () => neverNow();
    const app = await buildApp(
      {
        store: createStore(db),
        clock: { now: neverNow },
        releases: { get: neverNow },
        index: () => buildSubjectIndex([]),
        check: never,
        register: never,
        publish: never,
        record: () => ({ ended: [] }),
        recordTestRun: neverNow,
        recordUsage: neverNow,
        watched: () => [],
        upgradeStubs: never,
        retire: neverNow,
        retirements: () => [],
        reviewPolicy: neverNow,
        setPolicy: neverNow,
        notReady: () => null,
        writeTokenHash: null,
      },
      pino({ level: "silent" }),
      { requestMs: 300 },
    );
    try {
      const url = await app.listen({ host: "127.0.0.1", port: 0 });
      const answer = await exchange([slow], url);
      expect(answer.status).toBe(408);
      expect(Value.Check(ProblemSchema, answer.problem)).toBe(true);
    } finally {
      await app.close();
      db.close();
    }
  });

  it("keep nobody out, and do not keep the server from stopping", async () => {
    const other = await startTestRegistry();
    const { hostname, port } = new URL(other.url);
    const sockets = Array.from({ length: 50 }, () => {
      const socket = connect({ host: hostname, port: Number(port) });
      socket.on("error", () => {});
      socket.write(slow);
      return socket;
    });
    const closed = sockets.map((socket) => new Promise((resolve) => socket.once("close", resolve)));
    await Promise.all(
      sockets.map((socket) => new Promise((resolve) => socket.once("connect", resolve))),
    );
    expect((await fetch(`${other.url}/healthz`)).status).toBe(200);
    await other.stop();
    await Promise.all(closed);
  });
});
