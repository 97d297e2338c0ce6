import type { DescField, DescMessage, Message } from "@bufbuild/protobuf";
import { CharterError } from "../errors/charter-error.ts";

/** A parameter of a pattern: the token at `index` is the value of a field of the message. */
export interface PatternParameter {
  /** The path of the field in proto names: `meta.request_id`. */
  readonly field: string;
  /** The same path in TypeScript's names: `meta.requestId`. */
  readonly name: string;
  /** The token's position in the subject, counted from 0. */
  readonly index: number;
  /** The value of the field in a message, undefined where a message on the way is not set. */
  readonly read: (message: Message) => unknown;
  /** The text of a value, or null for a value that has none, such as an unknown enum number. */
  readonly write: (value: unknown) => string | null;
}

/** A subject with `{field}` parameters, tied to the message whose fields they name. */
export interface SubjectPattern {
  /** As the contract writes it: `ai.world.state.update.v1.{world_id}`. */
  readonly text: string;
  readonly tokens: readonly string[];
  readonly parameters: readonly PatternParameter[];
  /** What stands before, between and after the parameters, dots included: one more than they are. */
  readonly literals: readonly string[];
  /** As NATS subscribes to it: `ai.world.state.update.v1.*`. */
  readonly wildcard: string;
}

/** Reads a pattern of a contract. Throws `internal` when it names no field of the message. */
export function compilePattern(schema: DescMessage, text: string): SubjectPattern {
  // Dots inside of braces belong to a field path.
  const tokens = text.match(/\{[^}]*\}|[^.]+/g) ?? [];
  const parameters = tokens.flatMap((token, index) =>
    token.startsWith("{") ? [compileParameter(schema, token.slice(1, -1), index)] : [],
  );
  const wildcard = tokens.map((token) => (token.startsWith("{") ? "*" : token)).join(".");
  return { text, tokens, parameters, literals: text.split(/\{[^}]*\}/), wildcard };
}

function compileParameter(schema: DescMessage, path: string, index: number): PatternParameter {
  const fields: DescField[] = [];
  let at: DescMessage | undefined = schema;
  for (const name of path.split(".")) {
    const field: DescField | undefined = at?.fields.find((each) => each.name === name);
    if (field === undefined) {
      throw new CharterError("internal", `${schema.typeName} has no field ${path}`);
    }
    fields.push(field);
    at = field.message;
  }
  const readers = fields.map(fieldReader);
  const enumeration = fields.at(-1)?.enum;
  return {
    field: path,
    name: fields.map((field) => field.localName).join("."),
    index,
    read: (message) => {
      let value: unknown = message;
      for (const read of readers) value = value === undefined ? undefined : read(value);
      return value;
    },
    write:
      enumeration === undefined
        ? (value) => (value === undefined ? null : String(value))
        : (value) => (typeof value === "number" ? (enumeration.value[value]?.name ?? null) : null),
  };
}

type Fields = Readonly<Record<string, unknown>>;

function fieldReader(field: DescField): (message: unknown) => unknown {
  const { localName, oneof } = field;
  if (oneof === undefined) return (message) => (message as Fields)[localName];
  return (message) => {
    const chosen = (message as Fields)[oneof.localName] as { case?: string; value?: unknown };
    return chosen.case === localName ? chosen.value : undefined;
  };
}

/** What a parameter may be in a subject: WIRE, "Subject parameters". Anything else is an error. */
export const token = /^[A-Za-z0-9_=~@:+-]{1,128}$/;

function tokenOf(pattern: SubjectPattern, parameter: PatternParameter, value: unknown): string {
  const text = parameter.write(value);
  if (text !== null && token.test(text)) return text;
  throw new CharterError(
    "invalid_argument",
    `the subject parameter {${parameter.field}} of ${pattern.text} must be 1 to 128 of ` +
      `A-Z a-z 0-9 _ = ~ @ : + -, but it ${whatIsWrong(text)}`,
  );
}

/** Names the class of a bad value, never the value: it may be secret, or made to break a log. */
function whatIsWrong(text: string | null): string {
  if (text === null) return "is not set, or an enum number without a name";
  if (text === "") return "is empty";
  if (text.length > 128) return `has ${text.length} characters`;
  if (text.includes(".")) return "has a dot";
  if (/[*>]/.test(text)) return "has a wildcard";
  return /\s/.test(text) ? "has white space" : "has another character";
}

/** The subject of a message. Throws `invalid_argument` when a parameter fits no token. */
export function subjectOf(pattern: SubjectPattern, message: Message): string {
  if (pattern.parameters.length === 0) return pattern.text;
  let subject = "";
  for (let i = 0; i < pattern.parameters.length; i++) {
    const parameter = pattern.parameters[i] as PatternParameter;
    subject += pattern.literals[i] + tokenOf(pattern, parameter, parameter.read(message));
  }
  return subject + pattern.literals[pattern.parameters.length];
}

/** What to subscribe to for some values of the parameters; an absent one is a wildcard. */
export function filterOf(pattern: SubjectPattern, values: Fields): string {
  const tokens = [...pattern.tokens];
  for (const parameter of pattern.parameters) {
    const value = values[parameter.name];
    tokens[parameter.index] = value === undefined ? "*" : tokenOf(pattern, parameter, value);
  }
  return tokens.join(".");
}

/** Which parameter of a subject is not the value in the message, or null when they agree. */
export function disagreement(
  pattern: SubjectPattern,
  subject: string,
  message: Message,
): PatternParameter | null {
  const tokens = subject.split(".");
  return (
    pattern.parameters.find(
      (parameter) => parameter.write(parameter.read(message)) !== tokens[parameter.index],
    ) ?? null
  );
}
