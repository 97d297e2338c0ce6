import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commonModule, eventModule, ordersModule } from "../testing/protos.ts";
import { startTestRegistry, type TestRegistry } from "../testing/test-registry.ts";

let registry: TestRegistry;

beforeAll(async () => {
  registry = await startTestRegistry();
  await registry.push(commonModule(), ordersModule(), eventModule("first"));
});
afterAll(() => registry.stop());

async function answerTo(path: string, init: RequestInit = {}) {
  const response = await fetch(registry.url + path, init);
  const { date: _date, ...headers } = Object.fromEntries(response.headers);
  return { status: response.status, headers, text: await response.text() };
}

describe("quickLookUp", () => {
  it.each([
    ["an event with a parameter", "acme.first.noted.v1.note-42"],
    ["a request", "acme.orders.place.v1"],
    ["the subject of replies", "acme.orders.placed.v1"],
  ])("answers %s with the bytes and headers of the route", async (_what, subject) => {
    const quick = await answerTo(`/v1/resolve?subject=${subject}`);
    // A percent sign is not plain, so the route answers.
    const routed = await answerTo(`/v1/resolve?subject=${subject.replaceAll(".", "%2E")}`);
    expect(quick.status).toBe(200);
    expect(quick).toEqual(routed);
  });

  it("answers another contract as soon as it is registered", async () => {
    const before = await answerTo("/v1/resolve?subject=acme.first.noted.v1.a");
    await registry.push(eventModule("first", "string note = 2;"));
    const after = await answerTo("/v1/resolve?subject=acme.first.noted.v1.a");
    expect(JSON.parse(before.text)).toMatchObject({ semver: "1.0.0" });
    expect(JSON.parse(after.text)).toMatchObject({ semver: "1.1.0" });
  });

  it.each([
    ["an unknown subject", "/v1/resolve?subject=acme.none.v1", 404],
    ["no subject", "/v1/resolve?subject=", 400],
    ["a space, written as a plus", "/v1/resolve?subject=acme.first.noted.v1.a+b", 400],
    ["two subjects", "/v1/resolve?subject=acme.first.noted.v1.a&subject=b", 400],
    ["more than the subject", "/v1/resolve?subject=acme.first.noted.v1.a&x=1", 400],
  ])("leaves %s to the route", async (_what, path, status) => {
    expect((await answerTo(path)).status).toBe(status);
  });

  it("leaves a condition to the route", async () => {
    const path = "/v1/resolve?subject=acme.first.noted.v1.a";
    const { headers } = await answerTo(path);
    const again = await answerTo(path, { headers: { "if-none-match": headers.etag ?? "" } });
    expect(again).toMatchObject({ status: 304, text: "" });
  });
});
