import { type DescMessage, getOption, hasOption } from "@bufbuild/protobuf";
import * as options from "../gen/charter/nats/v1/binding_pb.js";
import { parsePattern } from "../subject/pattern.ts";
import type { EventBinding } from "./binding.ts";
import { readParameters } from "./read-parameters.ts";
import { compressionOf, encryptionOf } from "./read-policies.ts";
import type { Reading } from "./reading.ts";

/** The binding of a message, or null where it has none, or after reporting what is wrong. */
export function readEvent(reading: Reading, message: DescMessage): EventBinding | null {
  if (!hasOption(message, options.event)) return null;
  const declared = getOption(message, options.event);
  const place = reading.placeOf(message.typeName, message);
  const report = (text: string) => {
    reading.problems.push({
      message: `${message.typeName}: ${text}`,
      file: place.file,
      line: place.line,
    });
  };
  const parameters = readParameters(message, declared.subject, report);
  if (parameters === null) return null;
  const stream = declared.stream;
  if (stream !== undefined && !/^[A-Z][A-Z0-9_]{0,63}$/.test(stream.name)) {
    report(`the stream's name "${stream.name}" must be upper case such as NPC_EVENTS`);
    return null;
  }
  const deadLetterSubject = declared.deadLetterSubject === "" ? null : declared.deadLetterSubject;
  const problem = deadLetterProblem(deadLetterSubject, stream !== undefined);
  if (problem !== null) {
    report(problem);
    return null;
  }
  return {
    kind: "event",
    pattern: declared.subject,
    parameters,
    messageType: message.typeName,
    compression: compressionOf(declared.compression),
    encryption: encryptionOf(declared.encryption),
    deadLetterSubject,
    owner: reading.owners.get(message.file.proto.package) ?? null,
    place,
    stream:
      stream === undefined
        ? null
        : { name: stream.name, maxAgeS: stream.maxAgeS, maxBytes: stream.maxBytes.toString() },
  };
}

/** Why a dead-letter subject cannot be declared, or null. */
function deadLetterProblem(subject: string | null, hasStream: boolean): string | null {
  if (subject === null) return null;
  if (!hasStream) {
    return "dead_letter_subject is for events of a stream: what no stream keeps is not delivered again";
  }
  const result = parsePattern(subject);
  if (!result.ok) return `the subject "${subject}" cannot be bound: ${result.reason}`;
  return result.pattern.tokens.some((token) => token.kind === "parameter")
    ? `dead_letter_subject "${subject}" has a parameter, and an event that cannot be read has no value for it`
    : null;
}
