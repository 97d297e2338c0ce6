import { Type } from "typebox";
import {
  BuildNameSchema,
  DeploymentListSchema,
  DeploymentRecordSchema,
  EndedDeploymentSchema,
  EnvironmentNameSchema,
  ParticipantNameSchema,
  RecordedDeploymentSchema,
  ServiceListSchema,
} from "../../api/schemas/deployment.ts";
import { listServices } from "../jobs/list-services.ts";
import { requireWriteToken } from "./auth.ts";
import type { AppPorts, Routes } from "./routes.ts";

const OneEnvironment = Type.Object(
  { environment: Type.Optional(EnvironmentNameSchema) },
  { additionalProperties: false },
);

/** Who runs what, where: told by a client, or seen on NATS. */
export function deploymentRoutes(ports: AppPorts): Routes {
  const { store } = ports;
  const mayWrite = requireWriteToken(ports.writeTokenHash);
  return async (app) => {
    app.get(
      "/v1/services",
      {
        schema: {
          summary: "What is declared, and what runs where",
          querystring: OneEnvironment,
          response: { 200: ServiceListSchema },
        },
      },
      ({ query }) => {
        const services = listServices(store, ports.index(), ports.watched(), query.environment);
        return {
          environments: [...services.environments],
          running: services.running.map(({ protoPackages, subjects, ...rest }) => ({
            ...rest,
            protoPackages: [...protoPackages],
            subjects: [...subjects],
          })),
          notRunning: services.notRunning.map((each) => ({
            ...each,
            subjects: [...each.subjects],
          })),
        };
      },
    );

    app.get(
      "/v1/deployments",
      {
        schema: {
          summary: "Which builds use which releases, recorded or observed",
          querystring: OneEnvironment,
          response: { 200: DeploymentListSchema },
        },
      },
      ({ query }) => ({ deployments: [...store.deployments(query.environment ?? null)] }),
    );

    app.post(
      "/v1/deployments",
      {
        onRequest: mayWrite,
        schema: {
          summary: "Records what a build uses, in an environment where it runs from now on",
          body: DeploymentRecordSchema,
          response: { 200: RecordedDeploymentSchema },
        },
      },
      ({ body }) => {
        const { ended } = ports.record(body);
        const deployments = store
          .deployments(body.environment)
          .filter((each) => each.participant === body.participant && each.build === body.build)
          .filter((each) => each.source === "recorded");
        return { deployments, ended: [...ended] };
      },
    );

    app.delete(
      "/v1/deployments/:environment/:participant",
      {
        onRequest: mayWrite,
        schema: {
          summary: "Ends what is recorded and observed of a participant in an environment",
          params: Type.Object({
            environment: EnvironmentNameSchema,
            participant: ParticipantNameSchema,
          }),
          querystring: Type.Object(
            { build: Type.Optional(BuildNameSchema) },
            { additionalProperties: false },
          ),
          response: { 200: EndedDeploymentSchema },
        },
      },
      ({ params, query }) => ({
        ended: store.endDeployment({ ...params, build: query.build ?? null }),
      }),
    );
  };
}
