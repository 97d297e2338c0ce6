import { createFileRegistry } from "@bufbuild/protobuf";
import { Type } from "typebox";
import { SubjectVersionListSchema, SubjectVersionSchema } from "../../api/schemas/subject.ts";
import { declaringFile } from "../../core/binding/declaring-file.ts";
import type { SubjectVersion } from "../../core/binding/subject-version.ts";
import { RegistryFailure } from "../../core/failure.ts";
import { limits } from "../../core/limits.ts";
import { narrowImage, readImage } from "../../core/revision/image.ts";
import { bodyOf } from "./openapi.ts";
import { UnknownSubject } from "./problems.ts";
import type { AppPorts, Routes } from "./routes.ts";

const SubjectText = Type.String({ minLength: 1, maxLength: limits.subjectLength });
const Pattern = Type.Object({ pattern: SubjectText });
const Versioned = Type.Object({ pattern: SubjectText, version: Type.String({ maxLength: 10 }) });

const immutable = "public, max-age=31536000, immutable";

/** What a subject's contract was and is. */
export function subjectVersionRoutes({ store, index }: AppPorts): Routes {
  return async (app) => {
    app.get(
      "/v1/subjects/:pattern/versions",
      {
        schema: {
          summary: "The versions of a subject's contract",
          params: Pattern,
          response: { 200: SubjectVersionListSchema },
        },
      },
      (request) => {
        const versions = versionsOf(request.params.pattern);
        return { pattern: versions[0]?.pattern ?? request.params.pattern, versions: [...versions] };
      },
    );

    app.get(
      "/v1/subjects/:pattern/versions/:version",
      {
        schema: {
          summary: "One version of a subject's contract, or the latest",
          params: Versioned,
          response: { 200: SubjectVersionSchema },
        },
      },
      (request) => oneVersion(request.params),
    );

    app.get(
      "/v1/subjects/:pattern/versions/:version/schema",
      {
        schema: {
          summary: "The schema of a subject's messages, as source or as linked descriptors",
          params: Versioned,
          querystring: Type.Object(
            { format: Type.Optional(Type.Enum(["proto", "descriptor"])) },
            { additionalProperties: false },
          ),
          response: {
            200: bodyOf("By `format`.", "text/plain", "application/x-protobuf"),
          },
        },
      },
      (request, reply) => {
        const version = oneVersion(request.params);
        if (request.params.version !== "latest") reply.header("cache-control", immutable);
        const release = store.release(version.module, version.semver);
        const bound = release?.bindings.find((each) => each.binding.pattern === version.pattern);
        const image = readImage(store.image(version.releaseId));
        const declared =
          bound === undefined
            ? undefined
            : declaringFile(createFileRegistry(image), bound.binding)?.proto.name;
        if (request.query.format === "descriptor") {
          reply.header("content-type", "application/x-protobuf");
          return reply.send(
            Buffer.from(narrowImage(image, declared === undefined ? [] : [declared])),
          );
        }
        const source = release?.files.find((each) => each.path === declared);
        reply.header("content-type", "text/plain; charset=utf-8");
        return reply.send(source?.content ?? "");
      },
    );

    /** Versions are counted on the pattern of requests or events; any subject of it leads there. */
    function versionsOf(subject: string): readonly SubjectVersion[] {
      const pattern = index().find(subject)?.rest.binding.pattern ?? subject;
      const versions = store.subjectVersions(pattern);
      if (versions.length === 0) throw new UnknownSubject(subject, index().nearest(subject));
      return versions;
    }

    function oneVersion(params: { pattern: string; version: string }): SubjectVersion {
      const versions = versionsOf(params.pattern);
      const found =
        params.version === "latest"
          ? versions[0]
          : versions.find((each) => String(each.version) === params.version);
      if (found !== undefined) return found;
      throw new RegistryFailure(
        "NOT_FOUND",
        `"${params.pattern}" has the versions 1 to ${versions[0]?.version}, not "${params.version}". Ask for one of them, or for latest.`,
      );
    }
  };
}
