import { Value } from "typebox/value";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import { type Problem, ProblemSchema } from "../../api/schemas/problem.ts";
import { dumpDatabase } from "./dump.ts";
import { commonModule, eventModule, proto } from "./protos.ts";
import { startTestRegistry, type TestRegistry } from "./test-registry.ts";

/** A registry that hostile requests are sent to. */
export interface Target {
  readonly registry: TestRegistry;
  /** Takes what is stored now for what has to be there after the test. */
  accept(): void;
  send(body: string, type?: string, path?: string): Promise<Response>;
}

/**
 * Starts a registry for the tests of a file. After each of them the database is as it was before,
 * and a look-up still answers.
 */
export function underAttack(): Target {
  let registry: TestRegistry;
  let before: object;
  beforeAll(async () => {
    registry = await startTestRegistry();
    await registry.push(commonModule(), eventModule("honest"));
  });
  afterAll(() => registry.stop());
  const accept = () => {
    before = dumpDatabase(registry.dataDir);
  };
  beforeEach(accept);
  afterEach(async () => {
    expect(dumpDatabase(registry.dataDir)).toEqual(before);
    const found = await registry.client.resolve("acme.honest.noted.v1.a");
    expect(found.module).toBe("acme/honest");
  });
  return {
    get registry() {
      return registry;
    },
    accept,
    send: (body, type = "application/json", path = "/v1/registrations") =>
      fetch(registry.url + path, { method: "POST", headers: { "content-type": type }, body }),
  };
}

export interface Expected {
  readonly code?: Problem["code"];
  readonly status?: number;
}

/** A 4xx problem document of a bounded length. */
export async function expectProblem(response: Response, expected: Expected = {}): Promise<Problem> {
  const problem: unknown = await response.json();
  expect(response.headers.get("content-type")).toBe("application/problem+json; charset=utf-8");
  if (!Value.Check(ProblemSchema, problem)) throw new Error(JSON.stringify(problem));
  expect(response.status).toBeGreaterThanOrEqual(400);
  expect(response.status).toBeLessThan(500);
  expect(problem).toMatchObject({ status: response.status, ...expected });
  expect(JSON.stringify(problem).length).toBeLessThan(200_000);
  return problem as Problem;
}

/** A proposal of one file of `acme/evil`. */
export function fileBody(content: string, path = "acme/evil/v1/evil.proto"): string {
  return JSON.stringify({ modules: [{ name: "acme/evil", files: [{ path, content }] }] });
}

export const evil = (body: string, imports: readonly string[] = []) =>
  proto("acme.evil.v1", body, imports);
