import { Type } from "typebox";
import { ResolutionSchema, SubjectListSchema } from "../../api/schemas/subject.ts";
import { RegistryFailure } from "../../core/failure.ts";
import { limits } from "../../core/limits.ts";
import { resolutionJson, subjectProblem } from "../jobs/subject-index.ts";
import { holds, NothingSchema } from "./etag.ts";
import { UnknownSubject } from "./problems.ts";
import type { AppPorts, Routes } from "./routes.ts";

const SubjectText = Type.String({ minLength: 1, maxLength: limits.subjectLength });
/** A resolution as the text that the index prepared. */
const JsonText = Type.Unsafe<string>(ResolutionSchema);

/** Lookups by subject. */
export function subjectRoutes({ index }: AppPorts): Routes {
  return async (app) => {
    app.get(
      "/v1/resolve",
      {
        schema: {
          summary: "The contract that governs a subject",
          querystring: Type.Object({ subject: SubjectText }, { additionalProperties: false }),
          response: { 200: JsonText, 304: NothingSchema },
        },
      },
      (request, reply) => {
        const { subject } = request.query;
        const problem = subjectProblem(subject);
        if (problem !== null) throw invalidSubject(subject, problem);
        const entry = index().find(subject);
        if (entry === null) throw new UnknownSubject(subject, index().nearest(subject));
        reply.header("etag", entry.etag);
        if (holds(request, entry.etag)) {
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
  };
}

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
