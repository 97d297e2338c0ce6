import { fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { Type } from "typebox";
import {
  ResolutionSchema,
  SubjectListSchema,
  SubjectVersionListSchema,
  SubjectVersionSchema,
} from "../../api/schemas/subject.ts";
import type { SubjectVersion } from "../../core/binding/subject-version.ts";
import { RegistryFailure } from "../../core/failure.ts";
import { limits } from "../../core/limits.ts";
import { narrowImage } from "../../core/revision/image.ts";
import { resolutionJson, subjectProblem } from "../jobs/subject-index.ts";
import type { AppPorts, Routes } from "./app.ts";
import { UnknownSubject } from "./problems.ts";

const SubjectText = Type.String({ minLength: 1, maxLength: limits.subjectLength });
/** A resolution as the text that the index prepared. */
const JsonText = Type.Unsafe<string>(ResolutionSchema);
const Nothing = Type.Unsafe<"">(Type.Null({ description: "The ETag still holds." }));
const Pattern = Type.Object({ pattern: SubjectText });
const Versioned = Type.Object({ pattern: SubjectText, version: Type.String({ maxLength: 10 }) });

/** Lookups by subject. */
export function subjectRoutes({ store, index }: AppPorts): Routes {
  return async (app) => {
    app.get(
      "/v1/resolve",
      {
        schema: {
          summary: "The contract that governs a subject",
          querystring: Type.Object({ subject: SubjectText }, { additionalProperties: false }),
          response: { 200: JsonText, 304: Nothing },
        },
      },
      (request, reply) => {
        const { subject } = request.query;
        const problem = subjectProblem(subject);
        if (problem !== null) throw invalidSubject(subject, problem);
        const entry = index().find(subject);
        if (entry === null) throw new UnknownSubject(subject, index().nearest(subject));
        reply.header("etag", entry.etag);
        if (request.headers["if-none-match"] === entry.etag) {
          reply.status(304).send("");
          return;
        }
        reply
          .header("content-type", "application/json; charset=utf-8")
          .serializer(asItIs)
          .send(resolutionJson(subject, entry));
      },
    );

    app.get(
      "/v1/subjects",
      {
        schema: {
          summary: "The bindings of all heads",
          querystring: Type.Object(
            {
              match: Type.Optional(SubjectText),
              kind: Type.Optional(Type.Enum(["request", "streaming", "event"])),
              after: Type.Optional(SubjectText),
              limit: Type.Optional(Type.String({ pattern: "^[1-9][0-9]{0,3}$" })),
            },
            { additionalProperties: false },
          ),
          response: { 200: SubjectListSchema },
        },
      },
      (request) => {
        const { match, kind, after, limit } = request.query;
        const size = Math.min(Number(limit ?? limits.pageSize), limits.pageSize);
        const all = match === undefined ? index().records : index().within(filterOf(match));
        const from = all.filter(
          (each) =>
            (kind === undefined || each.kind === kind) &&
            (after === undefined || each.pattern > after),
        );
        const page = from.slice(0, size);
        return { subjects: page, next: from.length > size ? (page.at(-1)?.pattern ?? null) : null };
      },
    );

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
        const { pattern } = request.params;
        return { pattern, versions: [...versionsOf(pattern)] };
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
        },
      },
      (request, reply) => {
        const version = oneVersion(request.params);
        if (request.params.version !== "latest") reply.header("cache-control", immutable);
        const binding = store
          .release(version.module, version.semver)
          ?.bindings.find((each) => each.binding.pattern === version.pattern);
        const file = binding?.binding.place.file ?? "";
        if (request.query.format === "descriptor") {
          const image = fromBinary(FileDescriptorSetSchema, store.image(version.releaseId));
          reply.header("content-type", "application/x-protobuf");
          return reply.send(Buffer.from(narrowImage(image, [file])));
        }
        const source = store
          .release(version.module, version.semver)
          ?.files.find((each) => each.path === file);
        reply.header("content-type", "text/plain; charset=utf-8");
        return reply.send(source?.content ?? "");
      },
    );

    function versionsOf(pattern: string): readonly SubjectVersion[] {
      const versions = store.subjectVersions(pattern);
      if (versions.length === 0) throw new UnknownSubject(pattern, index().nearest(pattern));
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

const immutable = "public, max-age=31536000, immutable";

/** The text is JSON already; without a serializer of its own Fastify would look it over. */
function asItIs(payload: unknown): string {
  return payload as string;
}

function invalidSubject(subject: string, problem: string): RegistryFailure {
  const shown = JSON.stringify(subject.slice(0, limits.subjectLength));
  return new RegistryFailure(
    "INVALID_REQUEST",
    `${shown} is no subject and no pattern: ${problem}. Expected a subject such as ai.world.state.update.v1.world-42.`,
  );
}

function filterOf(match: string): readonly string[] {
  const filter = match.split(".");
  const word = /^(?:[A-Za-z0-9_=~@:+-]+|\*)$/;
  if (filter.every((part, i) => word.test(part) || (part === ">" && i === filter.length - 1))) {
    return filter;
  }
  throw new RegistryFailure(
    "INVALID_REQUEST",
    `${JSON.stringify(match)} is no NATS filter. Expected tokens, * for any one, and > for the rest at the end: ai.npc.>`,
  );
}
