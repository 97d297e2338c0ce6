import { type Static, Type } from "typebox";
import { bindingRecord } from "../../api/binding-record.ts";
import {
  ModuleListSchema,
  ReleaseDetailSchema,
  ReleaseListSchema,
  type ReleaseSchema,
} from "../../api/schemas/module.ts";
import { bindingsAsFile } from "../../core/bindings-file/bindings-file-name.ts";
import { RegistryFailure } from "../../core/failure.ts";
import { limits } from "../../core/limits.ts";
import type { ReleaseRecord, ReleaseSummary } from "../../core/registration/plan.ts";
import { digestOf } from "../../core/revision/digest.ts";
import { holds, NothingSchema } from "./etag.ts";
import { bodyOf } from "./openapi.ts";
import type { AppPorts, Routes } from "./routes.ts";

const Part = Type.String({ minLength: 1, maxLength: limits.moduleNamePartLength });
const Params = Type.Object({ owner: Part, name: Part });
const VersionParams = Type.Object({
  owner: Part,
  name: Part,
  semver: Type.String({ minLength: 1, maxLength: 64 }),
});

const immutable = "public, max-age=31536000, immutable";

/** The heads of all modules. */
export function moduleListRoutes({ store }: AppPorts): Routes {
  return async (app) => {
    app.get(
      "/v1/modules",
      {
        schema: {
          summary: "Every module with its head",
          querystring: Type.Object(
            {
              after: Type.Optional(Type.String({ maxLength: 2 * limits.moduleNamePartLength + 1 })),
              limit: Type.Optional(Type.String({ pattern: "^[1-9][0-9]{0,3}$" })),
            },
            { additionalProperties: false },
          ),
          response: { 200: ModuleListSchema },
        },
      },
      (request) => {
        const { after, limit } = request.query;
        const size = Math.min(Number(limit ?? limits.pageSize), limits.pageSize);
        const rest = store.heads().filter((head) => after === undefined || head.module > after);
        const page = rest.slice(0, size);
        const modules = page.map((head) => ({ name: head.module, ...releaseOf(head) }));
        return { modules, next: rest.length > page.length ? (page.at(-1)?.module ?? null) : null };
      },
    );
  };
}

/** One module and its releases. */
export function moduleRoutes({ store }: AppPorts): Routes {
  return async (app) => {
    app.get(
      "/v1/modules/:owner/:name",
      {
        schema: {
          summary: "A module's head",
          params: Params,
          response: { 200: ReleaseDetailSchema },
        },
      },
      (request) => detailOf(find({ ...request.params, semver: "latest" })),
    );

    app.get(
      "/v1/modules/:owner/:name/versions",
      {
        schema: {
          summary: "A module's releases, newest first",
          params: Params,
          response: { 200: ReleaseListSchema },
        },
      },
      (request) => {
        const module = `${request.params.owner}/${request.params.name}`;
        const versions = store.releases(module);
        if (versions.length === 0) throw unknownModule(module);
        return { module, versions: versions.map(releaseOf) };
      },
    );

    app.get(
      "/v1/modules/:owner/:name/versions/:semver",
      {
        schema: {
          summary: "One release, or `latest` for head",
          params: VersionParams,
          response: { 200: ReleaseDetailSchema },
        },
      },
      (request) => detailOf(find(request.params)),
    );

    app.get(
      "/v1/modules/:owner/:name/versions/:semver/descriptor",
      {
        schema: {
          summary: "A release's files and all that they import, as a binary FileDescriptorSet",
          params: VersionParams,
          response: {
            200: bodyOf("A FileDescriptorSet.", "application/x-protobuf"),
            304: NothingSchema,
          },
        },
      },
      (request, reply) => {
        const release = find(request.params);
        if (request.params.semver !== "latest") reply.header("cache-control", immutable);
        const etag = `"${release.id}"`;
        reply.header("etag", etag);
        if (holds(request, etag)) return reply.status(304).send("");
        reply.header("content-type", "application/x-protobuf");
        return reply.send(Buffer.from(store.image(release.id)));
      },
    );

    function find(params: Static<typeof VersionParams>): ReleaseRecord {
      const module = `${params.owner}/${params.name}`;
      const head = store.head(module);
      if (head === null) throw unknownModule(module);
      const release = store.release(
        module,
        params.semver === "latest" ? head.semver : params.semver,
      );
      if (release !== null) return release;
      throw new RegistryFailure(
        "NOT_FOUND",
        `${module} has no release "${params.semver}"; head is ${head.semver}. GET /v1/modules/${module}/versions lists them.`,
      );
    }
  };
}

function unknownModule(module: string): RegistryFailure {
  return new RegistryFailure(
    "NOT_FOUND",
    `No module "${module}" is registered. GET /v1/modules lists those that are.`,
  );
}

function releaseOf(release: ReleaseSummary): Static<typeof ReleaseSchema> {
  const { name, version, state, integrity, error, registry } = release.publication;
  return {
    module: release.module,
    semver: release.semver,
    digest: release.digest,
    registeredAt: release.registeredAt,
    package: { name, version, state, integrity, error, registry },
  };
}

function detailOf(release: ReleaseRecord): Static<typeof ReleaseDetailSchema> {
  return {
    ...releaseOf(release),
    dependencies: release.dependencies.map((each) => ({ ...each })),
    files: [...release.files, ...bindingsAsFile(release.bindingsFile)].map(({ path, content }) => ({
      path,
      digest: digestOf(content),
    })),
    bindings: release.bindings.map((each) => bindingRecord(each, release)),
  };
}
