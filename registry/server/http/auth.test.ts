import { afterAll, beforeAll, expect, it } from "vitest";
import { dumpDatabase } from "../testing/dump.ts";
import { eventModule } from "../testing/protos.ts";
import { startTestRegistry, type TestRegistry } from "../testing/test-registry.ts";

const token = "a-token-of-this-test";
let registry: TestRegistry;

beforeAll(async () => {
  registry = await startTestRegistry({ token });
});
afterAll(() => registry.stop());

const proposal = JSON.stringify({ modules: [eventModule("guarded")] });

function post(path: string, authorization?: string): Promise<Response> {
  return fetch(registry.url + path, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(authorization === undefined ? {} : { authorization }),
    },
    body: path === "/v1/publications" ? "{}" : proposal,
  });
}

it.each([
  ["nothing", undefined],
  ["another token", "Bearer another-token-here"],
  ["a longer token", `Bearer ${token}x`],
  ["a shorter token", `Bearer ${token.slice(0, -1)}`],
  ["an empty token", "Bearer "],
  ["the token in another scheme", `Basic ${token}`],
])("requireWriteToken refuses %s with 401, and nothing is written", async (_what, given) => {
  const before = dumpDatabase(registry.dataDir);
  for (const path of ["/v1/registrations", "/v1/publications"]) {
    const response = await post(path, given);
    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toBe("Bearer");
    expect(response.headers.get("content-type")).toBe("application/problem+json; charset=utf-8");
    expect(await response.json()).toMatchObject({ code: "UNAUTHENTICATED" });
  }
  expect(dumpDatabase(registry.dataDir)).toEqual(before);
});

it("requireWriteToken refuses before the body is read", async () => {
  const response = await fetch(`${registry.url}/v1/registrations`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: "{ no json",
  });
  expect(response.status).toBe(401);
});

it("requireWriteToken lets the token write, and anyone check and look up", async () => {
  expect((await post("/v1/checks")).status).toBe(200);
  expect((await post("/v1/registrations", `Bearer ${token}`)).status).toBe(201);
  expect((await post("/v1/publications", `Bearer ${token}`)).status).toBe(200);
  expect((await fetch(`${registry.url}/v1/modules/acme/guarded`)).status).toBe(200);
});

it("GET /v1/token tells a token that may write from one that may not", async () => {
  const ask = (authorization: string) =>
    fetch(`${registry.url}/v1/token`, { headers: { authorization } });
  const good = await ask(`Bearer ${token}`);
  expect([good.status, await good.json()]).toEqual([200, { mayWrite: true }]);
  expect((await ask(`Bearer ${token}x`)).status).toBe(401);
  expect((await fetch(`${registry.url}/v1/token`)).status).toBe(401);
});

it("the log never has the token", async () => {
  await post("/v1/registrations", `Bearer ${token}`);
  expect(registry.log.join("")).not.toContain(token);
});
