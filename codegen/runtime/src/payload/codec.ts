import {
  create,
  type DescMessage,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import type { NatsMessage } from "../connection/connection.ts";
import { disagreement, type SubjectPattern, subjectOf } from "../contract/subject-pattern.ts";
import { CharterError } from "../errors/charter-error.ts";
import type { CharterErrorCode } from "../errors/codes.ts";
import { describeViolations, violationsOf } from "../rules/validation.ts";

export interface Encoded<Desc extends DescMessage> {
  readonly message: MessageShape<Desc>;
  readonly subject: string;
  readonly payload: Uint8Array;
}

/**
 * A message with its bytes and the subject that it belongs to. Throws `invalid_argument` for what
 * has no encoding, or no subject.
 */
export function encode<Desc extends DescMessage>(
  schema: Desc,
  pattern: SubjectPattern,
  init: MessageInitShape<Desc>,
): Encoded<Desc> {
  try {
    const message = create(schema, init);
    return { message, subject: subjectOf(pattern, message), payload: toBinary(schema, message) };
  } catch (error) {
    if (error instanceof CharterError) throw error;
    throw new CharterError("invalid_argument", `this is no ${schema.typeName}: ${textOf(error)}`, {
      cause: error,
    });
  }
}

/**
 * The message in a payload, checked against its rules. Throws `code` for what does not decode or
 * breaks a rule: `invalid_argument` blames the sender of a request, `data_loss` the sender of what
 * nobody asked again for.
 */
export function decode<Desc extends DescMessage>(
  schema: Desc,
  payload: Uint8Array,
  code: CharterErrorCode,
): MessageShape<Desc> {
  const message = decodeUnchecked(schema, payload, code);
  checkRules(schema, message, code);
  return message;
}

/** The message in a payload, whatever its rules say. Throws `code` for what does not decode. */
export function decodeUnchecked<Desc extends DescMessage>(
  schema: Desc,
  payload: Uint8Array,
  code: CharterErrorCode,
): MessageShape<Desc> {
  try {
    return fromBinary(schema, payload);
  } catch (error) {
    throw new CharterError(code, `the payload is no ${schema.typeName}: ${textOf(error)}`, {
      cause: error,
    });
  }
}

/** Throws `code` with the violations when a message breaks a rule of its contract. */
export function checkRules<Desc extends DescMessage>(
  schema: Desc,
  message: MessageShape<Desc>,
  code: CharterErrorCode,
): void {
  const violations = violationsOf(schema, message);
  if (violations.length === 0) return;
  throw new CharterError(
    code,
    `${schema.typeName} breaks its contract: ${describeViolations(violations)}`,
    { violations },
  );
}

/** Throws `code` when a parameter in the subject that a message came on is not the message's. */
export function checkSubject<Desc extends DescMessage>(
  pattern: SubjectPattern,
  received: NatsMessage,
  message: MessageShape<Desc>,
  code: CharterErrorCode,
): void {
  // A subject without parameters says nothing; reading it would only cost its decoding.
  if (pattern.parameters.length === 0) return;
  const parameter = disagreement(pattern, received.subject, message);
  if (parameter === null) return;
  throw new CharterError(
    code,
    `the subject and the message disagree on {${parameter.field}} of ${pattern.text}`,
  );
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
