import {
  BindingKind,
  ResolveSubjectResponseSchema,
  SubjectLookupServiceContract,
  SubjectRole,
} from "@charter/registry/v1";
import { CharterError, type EncodedMessage, encodeMessage, serve } from "@charter-nats/runtime";
import type { NatsConnection } from "@nats-io/transport-node";
import type { Logger } from "pino";
import pkg from "../../../package.json" with { type: "json" };
import {
  type Entry,
  parametersOf,
  type SubjectIndex,
  subjectProblem,
} from "../jobs/subject-index.ts";

const roles = {
  request: SubjectRole.REQUEST,
  reply: SubjectRole.REPLY,
  frames: SubjectRole.FRAMES,
  event: SubjectRole.EVENT,
  dead_letter: SubjectRole.DEAD_LETTER,
} as const;

const kinds = {
  request: BindingKind.REQUEST,
  streaming: BindingKind.STREAMING,
  event: BindingKind.EVENT,
} as const;

/** Answers which contract governs a subject, as an ordinary service of the registry's own contract. */
export function serveLookup(nc: NatsConnection, index: () => SubjectIndex, logger: Logger) {
  return serve(
    nc,
    SubjectLookupServiceContract,
    {
      // Not async: what is answered in the same turn needs no timer for its deadline.
      resolveSubject({ subject }) {
        const problem = subjectProblem(subject);
        if (problem !== null) {
          throw new CharterError("not_found", `nothing is bound to "${subject}": ${problem}`);
        }
        const entry = index().find(subject);
        if (entry !== null) return responseOf(subject, entry);
        const nearest = index().nearest(subject);
        const hint = nearest.length > 0 ? `the nearest are ${nearest.join(", ")}` : "none is bound";
        throw new CharterError("not_found", `no pattern matches "${subject}"; ${hint}`);
      },
    },
    {
      version: pkg.version,
      description: "Says which contract governs a subject.",
      onError: (error, where) => logger.error({ err: error }, where),
    },
  );
}

type Response = EncodedMessage<typeof ResolveSubjectResponseSchema>;

/** Entries never change; another index brings others. */
const prepared = new WeakMap<Entry, Response>();

/** Only what depends on the subject is encoded for each answer. */
function responseOf(subject: string, entry: Entry): Response {
  let response = prepared.get(entry);
  if (response === undefined) {
    response = prepare(entry);
    prepared.set(entry, response);
  }
  return response.with({ subject, parameters: parametersOf(subject, entry) });
}

function prepare(entry: Entry): Response {
  const { rest } = entry;
  return encodeMessage(ResolveSubjectResponseSchema, {
    pattern: entry.pattern.text,
    role: roles[entry.role],
    kind: kinds[rest.kind],
    messageType: rest.messageType,
    replyType: rest.replyType ?? "",
    queueGroup: rest.binding.queueGroup ?? "",
    owner: rest.binding.owner ?? "",
    module: rest.module,
    semver: rest.semver,
    subjectVersion: rest.subjectVersion,
    npmPackage: rest.package.name,
  });
}
