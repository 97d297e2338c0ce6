import { Type } from "typebox";
import { BuildNameSchema, ParticipantNameSchema } from "../../api/schemas/deployment.ts";
import {
  BuildUsageSchema,
  ForgottenUsageSchema,
  RecordedUsageSchema,
  UsageListSchema,
} from "../../api/schemas/usage.ts";
import { ModuleNameSchema } from "../../api/schemas/verification.ts";
import { limits } from "../../core/limits.ts";
import { requireWriteToken } from "./auth.ts";
import type { AppPorts, Routes } from "./routes.ts";

const closed = { additionalProperties: false };

/** What consumers use, as their tests have shown. */
export function usageRoutes({ store, recordUsage, writeTokenHash }: AppPorts): Routes {
  return async (app) => {
    app.post(
      "/v1/usages",
      {
        onRequest: requireWriteToken(writeTokenHash),
        schema: {
          summary: "Keeps what a build of a consumer uses, in place of what was kept of it",
          body: BuildUsageSchema,
          response: { 200: RecordedUsageSchema },
        },
      },
      ({ body }) => recordUsage(body),
    );

    app.delete(
      "/v1/usages/:participant",
      {
        onRequest: requireWriteToken(writeTokenHash),
        schema: {
          summary: "Forgets what a participant uses, or one build of it",
          params: Type.Object({ participant: ParticipantNameSchema }),
          querystring: Type.Object({ build: Type.Optional(BuildNameSchema) }, closed),
          response: { 200: ForgottenUsageSchema },
        },
      },
      ({ params: { participant }, query: { build = null } }) => ({
        forgotten: store.forgetUsage({ participant, build }),
      }),
    );

    app.get(
      "/v1/usages",
      {
        schema: {
          summary: "What consumers use, newest first",
          querystring: Type.Object(
            {
              participant: Type.Optional(ParticipantNameSchema),
              build: Type.Optional(BuildNameSchema),
              module: Type.Optional(ModuleNameSchema),
            },
            closed,
          ),
          response: { 200: UsageListSchema },
        },
      },
      ({ query }) => {
        const rows = store.usages(query, limits.pageSize + 1);
        return { usages: rows.slice(0, limits.pageSize), more: rows.length > limits.pageSize };
      },
    );
  };
}
