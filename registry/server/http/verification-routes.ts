import { Type } from "typebox";
import {
  BuildNameSchema,
  EnvironmentNameSchema,
  ParticipantNameSchema,
} from "../../api/schemas/deployment.ts";
import {
  DeployCheckSchema,
  DeploymentMatrixSchema,
  ModuleNameSchema,
  RecordedRunSchema,
  ReleaseSchema,
  TestRunSchema,
  VerificationListSchema,
} from "../../api/schemas/verification.ts";
import { limits } from "../../core/limits.ts";
import type { Verification } from "../../core/verification/verification.ts";
import { checkDeployment, deploymentMatrix } from "../jobs/check-deployment.ts";
import { requireWriteToken } from "./auth.ts";
import type { AppPorts, Routes } from "./routes.ts";

const closed = { additionalProperties: false };

/** What contract tests have found of builds, and whether a build may go into an environment. */
export function verificationRoutes(ports: AppPorts): Routes {
  const { store } = ports;
  return async (app) => {
    app.post(
      "/v1/verifications",
      {
        onRequest: requireWriteToken(ports.writeTokenHash),
        schema: {
          summary: "Keeps what a run of contract tests has found",
          body: TestRunSchema,
          response: { 200: RecordedRunSchema },
        },
      },
      ({ body }) => ports.recordTestRun(body),
    );

    app.get(
      "/v1/verifications",
      {
        schema: {
          summary: "The evidence that is kept, newest first",
          querystring: Type.Object(
            {
              participant: Type.Optional(ParticipantNameSchema),
              build: Type.Optional(BuildNameSchema),
              module: Type.Optional(ModuleNameSchema),
            },
            closed,
          ),
          response: { 200: VerificationListSchema },
        },
      },
      ({ query }) => {
        const rows = store.verifications(query, limits.pageSize + 1);
        const verifications = rows.slice(0, limits.pageSize).map(plain);
        return { verifications, more: rows.length > limits.pageSize };
      },
    );

    app.get(
      "/v1/deployments/check",
      {
        schema: {
          summary: "Whether a build may go into an environment, by evidence and by what runs there",
          querystring: Type.Object(
            {
              participant: ParticipantNameSchema,
              build: BuildNameSchema,
              environment: EnvironmentNameSchema,
              uses: Type.Optional(
                Type.Union([
                  ReleaseSchema,
                  Type.Array(ReleaseSchema, { maxItems: limits.usesPerDeployment }),
                ]),
              ),
              maxAgeDays: Type.Optional(Type.String({ pattern: "^[1-9][0-9]{0,3}$" })),
            },
            closed,
          ),
          response: { 200: DeployCheckSchema },
        },
      },
      ({ query: { maxAgeDays, uses = [], ...planned } }) => {
        const age = maxAgeDays === undefined ? {} : { maxAgeDays: Number(maxAgeDays) };
        const check = checkDeployment(ports, { ...planned, ...age, uses: [uses].flat() });
        const subjects = check.subjects.map(({ row, ...rest }) => ({
          ...rest,
          row: row === null ? null : plain(row),
        }));
        return { ...check, subjects, partners: [...check.partners] };
      },
    );

    app.get(
      "/v1/deployments/matrix",
      {
        schema: {
          summary: "Which builds run or were tested, on which subjects, with which evidence",
          querystring: Type.Object(
            {
              environment: Type.Optional(EnvironmentNameSchema),
              module: Type.Optional(ModuleNameSchema),
            },
            closed,
          ),
          response: { 200: DeploymentMatrixSchema },
        },
      },
      ({ query }) => {
        const { lines, more } = deploymentMatrix(ports, query);
        return { lines: lines.map((each) => ({ ...each, runsIn: [...each.runsIn] })), more };
      },
    );
  };
}

/** The schema's type has lists that may be written to. */
function plain(row: Verification) {
  return { ...row, laws: [...row.laws], untried: [...row.untried] };
}
