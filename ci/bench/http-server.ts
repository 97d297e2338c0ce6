/**
 * One of the two servers that are compared, in a process of its own: `charter <subjects>` is the
 * registry's own app over a synthetic index, `bare` a Fastify route that looks nothing up.
 */
import type { AddressInfo } from "node:net";
import fastify, { type FastifyInstance } from "fastify";
import { pino } from "pino";
import { buildApp } from "../../registry/server/http/app.ts";
import { buildSubjectIndex, resolutionJson } from "../../registry/server/jobs/subject-index.ts";
import type { Store } from "../../registry/server/ports.ts";
import { answerCpu } from "./child.ts";
import { drawSubject, syntheticBindings } from "./synthetic-subjects.ts";

const [kind, subjects] = process.argv.slice(2);
const app = kind === "charter" ? await charter(Number(subjects)) : bare();
await app.listen({ host: "127.0.0.1", port: 0 });
answerCpu({ port: (app.server.address() as AddressInfo).port });

function charter(count: number): Promise<FastifyInstance> {
  const index = buildSubjectIndex(syntheticBindings(count));
  const unusedNow = () => {
    throw new Error("the bench only resolves");
  };
  const unused = async () => unusedNow();
  return buildApp(
    {
      store: {} as Store,
      clock: { now: unusedNow },
      releases: { get: unusedNow },
      index: () => index,
      check: unused,
      register: unused,
      publish: unused,
      record: () => ({ ended: [] }),
      recordTestRun: unusedNow,
      recordUsage: unusedNow,
      watched: () => [],
      upgradeStubs: unused,
      retire: unusedNow,
      retirements: () => [],
      reviewPolicy: unusedNow,
      setPolicy: unusedNow,
      notReady: () => null,
      writeTokenHash: null,
    },
    // A real logger, as in production; a look-up writes nothing.
    pino({ level: "warn" }),
  );
}

/** Sends as many bytes and the same headers as a resolution has. */
function bare(): FastifyInstance {
  const app = fastify();
  const body = JSON.stringify("x".repeat(meanAnswerLength() - 2));
  const etag = `"${"0".repeat(32)}"`;
  app.get("/v1/resolve", (_request, reply) => {
    reply.header("etag", etag).header("content-type", "application/json; charset=utf-8").send(body);
  });
  return app;
}

/** Of the answers to uniformly drawn subjects; estates of all sizes have the same. */
function meanAnswerLength(): number {
  const count = 100;
  const index = buildSubjectIndex(syntheticBindings(count));
  const draws = Array.from({ length: 1000 }, () => drawSubject(count, Math.random));
  const total = draws.reduce((sum, subject) => {
    const entry = index.find(subject);
    return sum + (entry === null ? 0 : resolutionJson(subject, entry).length);
  }, 0);
  return Math.round(total / draws.length);
}
