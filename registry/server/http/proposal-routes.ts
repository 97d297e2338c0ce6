import { Type } from "typebox";
import {
  PublicationListSchema,
  RegistrationSchema,
  ReleaseReferencesSchema,
} from "../../api/schemas/module.ts";
import { ProposalSchema } from "../../api/schemas/proposal.ts";
import { CheckReportSchema } from "../../api/schemas/report.ts";
import { RegistryFailure } from "../../core/failure.ts";
import { requireWriteToken } from "./auth.ts";
import type { AppPorts, Routes } from "./routes.ts";

/** Checks, registrations and publications. */
export function proposalRoutes(ports: AppPorts): Routes {
  const { store } = ports;
  const mayWrite = requireWriteToken(ports.writeTokenHash);
  return async (app) => {
    app.post(
      "/v1/checks",
      {
        schema: {
          summary: "Judges a proposal; registers nothing",
          body: ProposalSchema,
          response: { 200: CheckReportSchema },
        },
      },
      (request) => ports.check(request.body.modules),
    );

    app.get(
      "/v1/checks/:id",
      {
        schema: {
          summary: "The report of a check",
          params: Type.Object({ id: Type.String({ maxLength: 64 }) }),
          response: { 200: CheckReportSchema },
        },
      },
      (request) => {
        const report = store.report(request.params.id);
        if (report === null) {
          throw new RegistryFailure(
            "NOT_FOUND",
            "No report has this id, or it is too old and was dropped. Check again.",
          );
        }
        return report;
      },
    );

    app.post(
      "/v1/registrations",
      {
        onRequest: mayWrite,
        schema: {
          summary: "Judges a proposal and registers all of it or nothing",
          body: ProposalSchema,
          response: { 200: RegistrationSchema, 201: RegistrationSchema },
        },
      },
      async (request, reply) => {
        const registered = await ports.register(request.body.modules);
        const releases = registered.releases.flatMap(({ module, semver }) => {
          const release = store.release(module, semver);
          if (release === null) return [];
          const { digest, registeredAt, publication } = release;
          return { module, semver, digest, registeredAt, package: publication };
        });
        return reply
          .status(releases.length > 0 ? 201 : 200)
          .send({ report: registered.report, releases });
      },
    );

    app.post(
      "/v1/stub-upgrades",
      {
        onRequest: mayWrite,
        schema: {
          summary: "Registers heads again, as patches, whose stub packages another generator made",
          response: { 200: ReleaseReferencesSchema },
        },
      },
      async (_request, reply) => reply.send({ releases: [...(await ports.upgradeStubs())] }),
    );

    app.post(
      "/v1/publications",
      {
        onRequest: mayWrite,
        schema: {
          summary: "Tries again to publish the stub packages that are not published",
          response: { 200: PublicationListSchema },
        },
      },
      async (_request, reply) => {
        const open = store.openPublications();
        await ports.publish();
        const publications = open.map(({ module, version, name }) => {
          const now = store.release(module, version)?.publication;
          return { name, version, state: now?.state ?? "pending", error: now?.error ?? null };
        });
        return reply.send({ publications });
      },
    );
  };
}
