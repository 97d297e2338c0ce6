import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { Validator } from "@seriousme/openapi-schema-validator";
import { Value } from "typebox/value";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ProblemSchema } from "../../api/schemas/problem.ts";
import { commonModule, eventModule, moduleOf, ordersModule, proto } from "../testing/protos.ts";
import { startTestRegistry, type TestRegistry } from "../testing/test-registry.ts";

let registry: TestRegistry;

beforeAll(async () => {
  registry = await startTestRegistry();
  await registry.push(commonModule(), ordersModule());
  await registry.push(eventModule("first"), eventModule("second"), eventModule("third"));
  await registry.push(eventModule("first", "string note = 2;"));
});
afterAll(() => registry.stop());

async function get(path: string, headers: Record<string, string> = {}) {
  const response = await fetch(registry.url + path, { headers });
  const text = await response.text();
  return {
    status: response.status,
    type: response.headers.get("content-type"),
    etag: response.headers.get("etag"),
    cache: response.headers.get("cache-control"),
    text,
    json: () => JSON.parse(text) as Record<string, unknown>,
  };
}

describe("GET /v1/resolve", () => {
  it("answers a subject with its pattern, parameters, types, version and package", async () => {
    const answer = await get("/v1/resolve?subject=acme.first.noted.v1.note-42");
    expect(answer.status).toBe(200);
    expect(answer.type).toBe("application/json; charset=utf-8");
    expect(answer.json()).toMatchObject({
      subject: "acme.first.noted.v1.note-42",
      pattern: "acme.first.noted.v1.{id}",
      role: "event",
      parameters: { id: "note-42" },
      kind: "event",
      messageType: "acme.first.v1.Noted",
      replyType: null,
      module: "acme/first",
      semver: "1.1.0",
      subjectVersion: 2,
      package: { name: "@acme/first", version: "1.1.0" },
    });
  });

  it("answers a pattern, and the subject of replies with what travels there", async () => {
    const pattern = await registry.client.resolve("acme.first.noted.v1.{id}");
    expect(pattern).toMatchObject({ pattern: "acme.first.noted.v1.{id}", parameters: {} });
    const reply = await registry.client.resolve("acme.orders.placed.v1");
    expect(reply).toMatchObject({
      role: "reply",
      messageType: "acme.orders.v1.PlaceResponse",
      replyType: null,
      binding: { pattern: "acme.orders.place.v1", queueGroup: "q.orders", owner: "orders-team" },
    });
  });

  it("answers 304 to the ETag that it gave, until the contract changes", async () => {
    const path = "/v1/resolve?subject=acme.second.noted.v1.a";
    const { etag } = await get(path);
    if (etag === null) throw new Error("the answer has no ETag");
    for (const given of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
      const answer = await get(path, { "if-none-match": given });
      expect(answer).toMatchObject({ status: 304, text: "", etag });
    }
    expect((await get(path, { "if-none-match": '"other"' })).status).toBe(200);

    await registry.push(eventModule("second", "string note = 2;"));
    const changed = await get(path, { "if-none-match": etag });
    expect(changed.status).toBe(200);
    expect(changed.etag).not.toBe(etag);
  });

  it("answers 404 with the nearest patterns to an unknown subject", async () => {
    const answer = await get("/v1/resolve?subject=acme.frist.noted.v1.a");
    expect(answer.status).toBe(404);
    expect(answer.json()).toMatchObject({
      code: "NOT_FOUND",
      detail: expect.stringContaining("Did you mean acme.first.noted.v1.{id}"),
      nearest: expect.arrayContaining(["acme.first.noted.v1.{id}"]),
    });
  });

  it.each([
    ["a line break", "acme.first%0d%0aPUB x 1"],
    ["a wildcard", "acme.first.*"],
    ["a full wildcard", "acme.>"],
    ["letters of other scripts", "acme.f%C3%AFrst.v1"],
    ["half of a surrogate pair", "acme.%ED%A0%80.v1"],
    ["an empty token", "acme..v1"],
    ["a brace alone", "acme.first.noted.v1.{id"],
    ["nothing", ""],
    ["too many characters", "a".repeat(513)],
  ])("refuses a subject with %s", async (_what, subject) => {
    const answer = await get(`/v1/resolve?subject=${subject}`);
    expect(answer).toMatchObject({ status: 400, type: problemType });
    expect(answer.json()).toMatchObject({ code: "INVALID_REQUEST" });
  });
});

const problemType = "application/problem+json; charset=utf-8";

describe("GET /v1/subjects", () => {
  it("pages through all bindings in the order of their patterns", async () => {
    const all = await registry.client.subjects();
    const seen: unknown[] = [];
    let path = "/v1/subjects?limit=2";
    for (let pages = 0; pages < 10; pages++) {
      const page = (await get(path)).json() as { subjects: unknown[]; next: string | null };
      expect(page.subjects.length).toBeLessThanOrEqual(2);
      seen.push(...page.subjects);
      if (page.next === null) break;
      path = `/v1/subjects?limit=2&after=${encodeURIComponent(page.next)}`;
    }
    expect(seen).toEqual(all);
    expect(all.map((each) => each.pattern)).toEqual([
      "acme.first.noted.v1.{id}",
      "acme.orders.place.v1",
      "acme.second.noted.v1.{id}",
      "acme.third.noted.v1.{id}",
    ]);
  });

  it("filters by NATS wildcards and by kind", async () => {
    const patterns = async (query: string) => {
      const { subjects } = (await get(`/v1/subjects?${query}`)).json() as {
        subjects: { pattern: string }[];
      };
      return subjects.map((each) => each.pattern);
    };
    expect(await patterns("match=acme.first.>")).toEqual(["acme.first.noted.v1.{id}"]);
    expect(await patterns("match=acme.*.noted.v1.*&kind=event")).toHaveLength(3);
    expect(await patterns("kind=request")).toEqual(["acme.orders.place.v1"]);
    expect(await patterns("match=acme.*")).toEqual([]);
    for (const query of ["match=acme.>.x", "match=a%20b", "kind=other", "limit=0", "page=2"]) {
      expect((await get(`/v1/subjects?${query}`)).status).toBe(400);
    }
  });
});

describe("GET /v1/subjects/{pattern}/versions", () => {
  const base = `/v1/subjects/${encodeURIComponent("acme.first.noted.v1.{id}")}/versions`;

  it("lists versions newest first, for the pattern and for any of its subjects", async () => {
    const answer = (await get(base)).json();
    expect(answer).toMatchObject({
      pattern: "acme.first.noted.v1.{id}",
      versions: [
        { version: 2, module: "acme/first", semver: "1.1.0" },
        { version: 1, module: "acme/first", semver: "1.0.0" },
      ],
    });
    expect((await get("/v1/subjects/acme.first.noted.v1.a/versions")).json()).toEqual(answer);
    const reply = (await get("/v1/subjects/acme.orders.placed.v1/versions")).json();
    expect(reply).toMatchObject({ pattern: "acme.orders.place.v1" });
    expect(await get("/v1/subjects/acme.none.v1/versions")).toMatchObject({ status: 404 });
  });

  it("gives one version, or the latest, and says which there are", async () => {
    expect((await get(`${base}/1`)).json()).toMatchObject({ version: 1, semver: "1.0.0" });
    expect((await get(`${base}/latest`)).json()).toMatchObject({ version: 2 });
    const none = await get(`${base}/3`);
    expect(none.status).toBe(404);
    expect(none.json()).toMatchObject({ detail: expect.stringContaining("versions 1 to 2") });
  });

  it("gives the schema as source and as descriptors, for ever cacheable by its number", async () => {
    const old = await get(`${base}/1/schema`);
    expect(old).toMatchObject({
      type: "text/plain; charset=utf-8",
      cache: "public, max-age=31536000, immutable",
      text: eventModule("first").files[0]?.content,
    });
    const latest = await get(`${base}/latest/schema?format=proto`);
    expect(latest.cache).toBeNull();
    expect(latest.text).toContain("string note = 2;");
    const response = await fetch(`${registry.url}${base}/1/schema?format=descriptor`);
    expect(response.headers.get("content-type")).toBe("application/x-protobuf");
    const set = fromBinary(FileDescriptorSetSchema, new Uint8Array(await response.arrayBuffer()));
    expect(set.file.map((file) => file.name)).toContain("acme/first/v1/first.proto");
    expect(await get(`${base}/1/schema?format=xml`)).toMatchObject({ status: 400 });
  });
});

describe("GET /v1/modules", () => {
  it("pages through modules by name", async () => {
    const first = (await get("/v1/modules?limit=3")).json() as {
      modules: { name: string }[];
      next: string;
    };
    expect(first.modules.map((each) => each.name)).toEqual([
      "acme/common",
      "acme/first",
      "acme/orders",
    ]);
    const second = await get(`/v1/modules?limit=3&after=${encodeURIComponent(first.next)}`);
    expect(second.json()).toMatchObject({
      modules: [{ name: "acme/second" }, { name: "acme/third", semver: "1.0.0" }],
      next: null,
    });
  });

  it("shows head, releases and one release with files, bindings and dependencies", async () => {
    const head = (await get("/v1/modules/acme/orders")).json();
    expect(head).toMatchObject({
      module: "acme/orders",
      semver: "1.0.0",
      dependencies: [{ module: "acme/common", semver: "1.0.0" }],
      files: [{ path: "acme/orders/v1/orders.proto", digest: expect.stringMatching(/^sha256:/) }],
      bindings: [{ pattern: "acme.orders.place.v1", rpc: "acme.orders.v1.OrderService.Place" }],
      package: { name: "@acme/orders", state: "pending" },
    });
    expect((await get("/v1/modules/acme/orders/versions/1.0.0")).json()).toEqual(head);
    expect((await get("/v1/modules/acme/first/versions")).json()).toMatchObject({
      versions: [{ semver: "1.1.0" }, { semver: "1.0.0" }],
    });
    for (const path of [
      "acme/none",
      "acme/none/versions",
      "acme/first/versions/9.9.9",
      "a%2fb/c",
    ]) {
      const answer = await get(`/v1/modules/${path}`);
      expect(answer).toMatchObject({ status: 404, type: problemType });
    }
  });

  it("gives descriptors that hold the imports too, and 304 to their ETag", async () => {
    const set = fromBinary(
      FileDescriptorSetSchema,
      await registry.client.descriptors("acme/orders", "1.0.0"),
    );
    expect(set.file.map((file) => file.name)).toEqual(
      expect.arrayContaining(["acme/common/v1/meta.proto", "acme/orders/v1/orders.proto"]),
    );
    const path = "/v1/modules/acme/orders/versions/1.0.0/descriptor";
    const { etag, cache } = await get(path);
    expect(cache).toContain("immutable");
    expect((await get(path, { "if-none-match": etag ?? "" })).status).toBe(304);
  });
});

describe("the routes of checks, rules and operation", () => {
  it("POST /v1/checks judges, stores the report and registers nothing", async () => {
    const [file] = eventModule("fourth").files;
    const modules = [{ name: "acme/fourth", files: [{ path: file?.path ?? "", content: "x" }] }];
    await expect(registry.client.check({ modules })).rejects.toThrow(/do not compile/);
    modules[0]?.files.splice(0, 1, { path: file?.path ?? "", content: file?.content ?? "" });
    const report = await registry.client.check({ modules });
    expect((await get(`/v1/checks/${report.id}`)).json()).toEqual(report);
    expect((await get("/v1/modules/acme/fourth")).status).toBe(404);
    expect((await get("/v1/checks/none")).status).toBe(404);
  });

  it("GET /v1/rules knows every rule, by any case of its id", async () => {
    const { rules } = (await get("/v1/rules")).json() as { rules: { id: string }[] };
    expect(rules.map((rule) => rule.id)).toContain("BINDING_SUBJECT_SAME");
    const one = await get("/v1/rules/field_same_type");
    expect(one.json()).toMatchObject({ id: "FIELD_SAME_TYPE", source: "buf", tier: "source" });
    expect((await get("/v1/rules/NONE")).status).toBe(404);
  });

  it("POST /v1/publications says why nothing is published without an npm registry", async () => {
    const { publications } = await registry.client.publish();
    expect(publications[0]).toMatchObject({
      state: "pending",
      error: expect.stringContaining("CHARTER_NPM_URL"),
    });
  });

  it("health, readiness and metrics answer", async () => {
    expect((await get("/healthz")).json()).toEqual({ status: "ok" });
    expect((await get("/readyz")).json()).toEqual({ status: "ready" });
    const metrics = await get("/metrics");
    expect(metrics.type).toContain("text/plain");
    expect(metrics.text).toMatch(/^charter_modules 5$/m);
    expect(metrics.text).toMatch(/^charter_subjects 4$/m);
  });

  it("an unknown route, a wrong method and a wrong escape are problems as RFC 9457 has them", async () => {
    for (const path of ["/v2/none", "/v1/modules/%ff/x", `/v1/modules/${"a".repeat(600)}/x`]) {
      const answer = await get(path);
      expect([400, 404]).toContain(answer.status);
      expect(answer.type).toBe(problemType);
      expect(Value.Check(ProblemSchema, answer.json())).toBe(true);
    }
    const wrong = await fetch(`${registry.url}/v1/modules`, { method: "DELETE" });
    expect(wrong.status).toBe(404);
    expect(wrong.headers.get("content-type")).toBe(problemType);
  });

  it("a problem has the id that the log has", async () => {
    const { id } = (await get("/v1/resolve?subject=acme.none.v1")).json() as { id: string };
    expect(registry.log.some((line) => line.includes(id))).toBe(true);
  });
});

describe("openapi.json", () => {
  const golden = join(import.meta.dirname, "../../api/openapi.json");

  it("is what the server says of itself; `npm run generate` updates it", async () => {
    const committed: unknown = JSON.parse(await readFile(golden, "utf8"));
    expect((await get("/openapi.json")).json()).toEqual(committed);
  });

  it("is a valid description by OpenAPI 3.1, of every route", async () => {
    const validator = new Validator();
    const result = await validator.validate(
      JSON.parse(await readFile(golden, "utf8")) as Record<string, unknown>,
    );
    expect(result).toMatchObject({ valid: true });
    expect(validator.version).toBe("3.1");
    const { paths } = (await get("/openapi.json")).json() as { paths: Record<string, object> };
    const operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    expect(operations.sort()).toEqual([
      "delete /v1/deployments/{environment}/{participant}",
      "delete /v1/retirements/{protoPackage}",
      "delete /v1/usages/{participant}",
      "get /healthz",
      "get /metrics",
      "get /openapi.json",
      "get /readyz",
      "get /v1/checks/{id}",
      "get /v1/deployments",
      "get /v1/deployments/check",
      "get /v1/deployments/matrix",
      "get /v1/modules",
      "get /v1/modules/{owner}/{name}",
      "get /v1/modules/{owner}/{name}/versions",
      "get /v1/modules/{owner}/{name}/versions/{semver}",
      "get /v1/modules/{owner}/{name}/versions/{semver}/descriptor",
      "get /v1/policy",
      "get /v1/policy/history",
      "get /v1/resolve",
      "get /v1/retirements",
      "get /v1/rules",
      "get /v1/rules/{id}",
      "get /v1/schemas/bindings.json",
      "get /v1/services",
      "get /v1/subjects",
      "get /v1/subjects/{pattern}/versions",
      "get /v1/subjects/{pattern}/versions/{version}",
      "get /v1/subjects/{pattern}/versions/{version}/schema",
      "get /v1/token",
      "get /v1/usages",
      "get /v1/verifications",
      "post /v1/checks",
      "post /v1/deployments",
      "post /v1/policy/checks",
      "post /v1/publications",
      "post /v1/registrations",
      "post /v1/stub-upgrades",
      "post /v1/usages",
      "post /v1/verifications",
      "put /v1/policy",
      "put /v1/retirements/{protoPackage}",
    ]);
  });
});

it("a module of one message and no binding is registered, and its stub package is pending", async () => {
  const plain = moduleOf("other/plain", {
    "other/plain/v1/plain.proto": proto("other.plain.v1", "message Plain {}"),
  });
  const { releases } = await registry.push(plain);
  expect(releases).toMatchObject([{ semver: "1.0.0", package: { state: "pending" } }]);
});
