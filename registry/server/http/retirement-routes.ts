import { Type } from "typebox";
import {
  AnnouncedEndSchema,
  RetirementListSchema,
  RetirementSchema,
} from "../../api/schemas/retirement.ts";
import { RegistryFailure } from "../../core/failure.ts";
import type { RetirementStatus } from "../jobs/retire-package.ts";
import { requireWriteToken } from "./auth.ts";
import type { AppPorts, Routes } from "./routes.ts";

const PackageSchema = Type.Object({ protoPackage: Type.String({ minLength: 1, maxLength: 200 }) });

/** Announced ends of proto packages. */
export function retirementRoutes(ports: AppPorts): Routes {
  const mayWrite = requireWriteToken(ports.writeTokenHash);
  return async (app) => {
    app.get(
      "/v1/retirements",
      {
        schema: {
          summary: "Announced ends of proto packages, with who still uses them",
          response: { 200: RetirementListSchema },
        },
      },
      () => ({ retirements: ports.retirements().map(plain) }),
    );

    app.put(
      "/v1/retirements/:protoPackage",
      {
        onRequest: mayWrite,
        schema: {
          summary: "Announces the end of a proto package; deletes nothing",
          params: PackageSchema,
          body: AnnouncedEndSchema,
          response: { 200: RetirementSchema },
        },
      },
      (request) => plain(ports.retire({ ...request.params, ...request.body })),
    );

    app.delete(
      "/v1/retirements/:protoPackage",
      {
        onRequest: mayWrite,
        schema: {
          summary: "Withdraws the announced end of a proto package",
          params: PackageSchema,
          response: { 204: Type.Unsafe<"">(Type.Null({ description: "It was withdrawn." })) },
        },
      },
      (request, reply) => {
        const { protoPackage } = request.params;
        if (!ports.store.withdrawRetirement(protoPackage)) {
          throw new RegistryFailure(
            "NOT_FOUND",
            `The end of the package ${protoPackage} was not announced. GET /v1/retirements lists those that were.`,
          );
        }
        reply.status(204).send("");
      },
    );
  };
}

/** The schema's type has lists that may be written to. */
function plain(status: RetirementStatus) {
  return { ...status, users: [...status.users], importers: [...status.importers] };
}
