import { collectDefaultMetrics, Gauge, Registry } from "prom-client";
import { Type } from "typebox";
import { AcceptedTokenSchema } from "../../api/schemas/token.ts";
import { requireWriteToken } from "./auth.ts";
import { bodyOf } from "./openapi.ts";
import type { AppPorts, Routes } from "./routes.ts";

/** Health, metrics, the description of the API, and whether a token is good. */
export function operationRoutes(ports: AppPorts): Routes {
  const { store, index, notReady } = ports;
  const metrics = new Registry();
  collectDefaultMetrics({ register: metrics });
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers: [metrics],
      collect() {
        this.set(read());
      },
    });
  gauge("charter_modules", "Registered modules.", () => store.heads().length);
  gauge("charter_subjects", "Bindings of all heads.", () => index().records.length);
  gauge(
    "charter_publications_open",
    "Stub packages that are not published yet.",
    () => store.openPublications().length,
  );
  gauge(
    "charter_announcements_open",
    "Announcements that are not sent yet, at most 1000.",
    () => store.outbox().length,
  );
  const Status = Type.Object({ status: Type.String() });
  const AnyObject = Type.Unsafe<object>(Type.Object({}, { additionalProperties: true }));

  return async (app) => {
    app.get(
      "/healthz",
      { schema: { summary: "Whether the process answers", response: { 200: Status } } },
      () => ({ status: "ok" }),
    );

    app.get(
      "/readyz",
      {
        schema: {
          summary: "Whether the registry should get traffic",
          response: { 200: Status, 503: Status },
        },
      },
      (_request, reply) => {
        const reason = notReady();
        reply.status(reason === null ? 200 : 503).send({ status: reason ?? "ready" });
      },
    );

    app.get(
      "/metrics",
      {
        schema: {
          summary: "Counters and gauges for Prometheus",
          response: { 200: bodyOf("Prometheus' text format.", "text/plain") },
        },
      },
      async (_request, reply) => {
        reply.header("content-type", metrics.contentType);
        return reply.send(await metrics.metrics());
      },
    );

    app.get(
      "/v1/token",
      {
        onRequest: requireWriteToken(ports.writeTokenHash),
        schema: {
          summary: "Whether the token may write, before work that would be in vain without it",
          response: { 200: AcceptedTokenSchema },
        },
      },
      () => ({ mayWrite: true as const }),
    );

    app.get(
      "/openapi.json",
      { schema: { summary: "This description", response: { 200: AnyObject } } },
      () => app.swagger(),
    );
  };
}
