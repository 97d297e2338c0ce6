import { createServer, type RequestListener, type Server } from "node:http";
import swagger from "@fastify/swagger";
import fastify, { type FastifyInstance } from "fastify";
import type { Logger } from "pino";
import pkg from "../../../package.json" with { type: "json" };
import { RegistryFailure } from "../../core/failure.ts";
import { limits } from "../../core/limits.ts";
import { deploymentRoutes } from "./deployment-routes.ts";
import { moduleListRoutes, moduleRoutes } from "./module-routes.ts";
import { SharedProblem, withProblem } from "./openapi.ts";
import { operationRoutes } from "./operation-routes.ts";
import { policyRoutes } from "./policy-routes.ts";
import { problemSender, sendClientError } from "./problems.ts";
import { proposalRoutes } from "./proposal-routes.ts";
import { quickLookUp } from "./quick-look-up.ts";
import { retirementRoutes } from "./retirement-routes.ts";
import type { AppPorts } from "./routes.ts";
import { ruleRoutes } from "./rule-routes.ts";
import { schemaRoutes } from "./schema-routes.ts";
import { subjectRoutes } from "./subject-routes.ts";
import { subjectVersionRoutes } from "./subject-version-routes.ts";
import { usageRoutes } from "./usage-routes.ts";
import { verificationRoutes } from "./verification-routes.ts";

/**
 * The registry's HTTP surface. It decides nothing: a route decodes, calls a job, and encodes.
 *
 * @param bounds.requestMs how long a request may take to arrive
 */
export async function buildApp(
  ports: AppPorts,
  logger: Logger,
  { requestMs }: { readonly requestMs: number } = limits,
): Promise<FastifyInstance> {
  const sendProblem = problemSender(logger);
  const app = fastify({
    bodyLimit: limits.requestBytes,
    serverFactory: (route) => createHttpServer(ports, route, requestMs),
    frameworkErrors: sendProblem,
    clientErrorHandler: sendClientError,
    routerOptions: { maxParamLength: limits.subjectLength },
    ajv: { customOptions: { removeAdditional: false, coerceTypes: false, useDefaults: false } },
  });
  // Only JSON is understood; Fastify would read plain text too.
  app.removeContentTypeParser("text/plain");
  app.setErrorHandler(sendProblem);
  app.setNotFoundHandler((request, reply) => {
    const { method, url } = request;
    const message = `There is no ${method} ${url.slice(0, 200)}. GET /openapi.json lists what there is.`;
    sendProblem(new RegistryFailure("NOT_FOUND", message), request, reply);
  });
  app.addSchema(SharedProblem);
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "Charter",
        description: "The protobuf schema registry and contract governance for NATS.",
        version: pkg.version,
        license: { name: "Apache-2.0", identifier: "Apache-2.0" },
      },
    },
    transform: withProblem,
    refResolver: { buildLocalReference: (schema, _base, _fragment, i) => `${schema.$id ?? i}` },
  });
  await app.register(subjectRoutes(ports));
  await app.register(subjectVersionRoutes(ports));
  await app.register(moduleListRoutes(ports));
  await app.register(moduleRoutes(ports));
  await app.register(proposalRoutes(ports));
  await app.register(deploymentRoutes(ports));
  await app.register(verificationRoutes(ports));
  await app.register(usageRoutes(ports));
  await app.register(retirementRoutes(ports));
  await app.register(policyRoutes(ports));
  await app.register(ruleRoutes);
  await app.register(schemaRoutes);
  await app.register(operationRoutes(ports));
  return app;
}

/** The server, which answers plain look-ups by itself and leaves the rest to the routes. */
function createHttpServer({ index }: AppPorts, route: RequestListener, requestMs: number): Server {
  const server = createServer(
    {
      requestTimeout: requestMs,
      // Node lets the time for a request pass unseen while the time for its headers is longer.
      headersTimeout: requestMs,
      // Node looks for requests that are too slow this often, by default every 30 s.
      connectionsCheckingInterval: Math.min(requestMs, 5000),
      keepAliveTimeout: limits.keepAliveMs,
    },
    (request, response) => {
      // While it closes, Fastify tells its clients to go elsewhere.
      if (server.listening && quickLookUp(index(), request, response)) return;
      route(request, response);
    },
  );
  return server;
}
