import {
  type DescField,
  type DescFile,
  type DescMessage,
  type DescMethod,
  type FileRegistry,
  getOption,
  hasOption,
} from "@bufbuild/protobuf";
import { MethodOptions_IdempotencyLevel } from "@bufbuild/protobuf/wkt";
import type { FailurePlace } from "../failure.ts";
import * as options from "../gen/charter/nats/v1/binding_pb.js";
import { limits } from "../limits.ts";
import { type SourceLines, sourceLines } from "../revision/source-lines.ts";
import { parsePattern } from "../subject/pattern.ts";
import { type Binding, defaultDeadlineMs, type Idempotency, type Parameter } from "./binding.ts";

/** The bindings that files declare, and what is wrong with those that cannot be read. */
export interface BindingsRead {
  readonly bindings: readonly Binding[];
  readonly problems: readonly FailurePlace[];
}

/** What the reading of one file shares. */
interface Reading {
  readonly lines: SourceLines;
  readonly problems: FailurePlace[];
  /** The owner that the services of a proto package name, which its events have too. */
  readonly owners: ReadonlyMap<string, string>;
}

/**
 * Reads the bindings that Charter's options declare in the given files.
 *
 * @param registry the linked descriptors of the files and all that they import, with source info
 * @param files the paths of the files to read, such as `bodybroker/npc/v1/npc.proto`
 */
export function readBindings(registry: FileRegistry, files: Iterable<string>): BindingsRead {
  const bindings: Binding[] = [];
  const problems: FailurePlace[] = [];
  const read = [...files].flatMap((path) => registry.getFile(path) ?? []);
  const owners = ownersOf(read);
  for (const file of read) {
    const reading = { lines: sourceLines(file), problems, owners };
    for (const service of file.services) {
      for (const method of service.methods) {
        const binding = readRpc(reading, method);
        if (binding !== null) bindings.push(binding);
      }
    }
    for (const message of allMessages(file.messages)) {
      const binding = readEvent(reading, message);
      if (binding !== null) bindings.push(binding);
    }
  }
  return { bindings, problems };
}

function ownersOf(files: readonly DescFile[]): Map<string, string> {
  const owners = new Map<string, string>();
  for (const file of files) {
    for (const service of file.services) {
      const { owner } = getOption(service, options.service);
      if (owner !== "" && !owners.has(file.proto.package)) owners.set(file.proto.package, owner);
    }
  }
  return owners;
}

/** Messages with all that are nested in them. */
export function* allMessages(messages: readonly DescMessage[]): Generator<DescMessage> {
  for (const message of messages) {
    yield message;
    yield* allMessages(message.nestedMessages);
  }
}

function readRpc(reading: Reading, method: DescMethod): Binding | null {
  if (!hasOption(method, options.request)) return null;
  const declared = getOption(method, options.request);
  const contract = getOption(method.parent, options.service);
  const place = reading.lines.place(method);
  const rpc = `${method.parent.typeName}.${method.name}`;
  const report = (message: string) => {
    reading.problems.push({ message: `${rpc}: ${message}`, file: place.file, line: place.line });
  };
  if (method.methodKind === "client_streaming" || method.methodKind === "bidi_streaming") {
    report(
      "an rpc with a stream of requests cannot be bound; send one request, or several requests",
    );
    return null;
  }
  const parameters = readParameters(method.input, declared.subject, report);
  if (parameters === null) return null;
  if (declared.deadlineMs > limits.deadlineMs) {
    report(
      `deadline_ms is ${declared.deadlineMs}, at most ${limits.deadlineMs} is allowed; work that takes longer is announced by an event`,
    );
    return null;
  }
  if (contract.queueGroup === "") {
    report(
      `its service has no queue group, so every instance would answer; add option (charter.nats.v1.service) = {queue_group: "q.…"} to ${method.parent.name}`,
    );
    return null;
  }
  if (!queueGroup.test(contract.queueGroup)) {
    report(
      `the queue group ${JSON.stringify(contract.queueGroup)} must be 1 to 128 of A-Z a-z 0-9 _ = ~ @ : + . -, such as q.npc`,
    );
    return null;
  }
  const common = {
    pattern: declared.subject,
    parameters,
    messageType: method.input.typeName,
    owner: contract.owner === "" ? null : contract.owner,
    place,
    rpc,
    replyType: method.output.typeName,
    queueGroup: contract.queueGroup,
    deadlineMs: declared.deadlineMs === 0 ? defaultDeadlineMs : declared.deadlineMs,
    idempotency: idempotencyOf(method),
  };
  if (method.methodKind === "unary") {
    if (declared.frames !== undefined) {
      report("frames are for server-streaming rpcs; write `returns (stream …)` or drop them");
      return null;
    }
    const reply = declared.replySubject === "" ? null : declared.replySubject;
    if (reply !== null && readParameters(method.output, reply, report) === null) return null;
    return { kind: "request", ...common, replySubject: reply };
  }
  if (declared.replySubject !== "") {
    report("reply_subject is for rpcs with one reply; the frames of a stream go to frames.subject");
    return null;
  }
  const frames = declared.frames?.subject ?? null;
  const framesParameters = frames === null ? [] : readParameters(method.input, frames, report);
  if (framesParameters === null) return null;
  return { kind: "streaming", ...common, framesPattern: frames, framesParameters };
}

/** A queue group stands on the protocol line of a subscription, so it is one plain word. */
const queueGroup = /^[A-Za-z0-9_=~@:+.-]{1,128}$/;

function readEvent(reading: Reading, message: DescMessage): Binding | null {
  if (!hasOption(message, options.event)) return null;
  const declared = getOption(message, options.event);
  const place = reading.lines.place(message);
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
  return {
    kind: "event",
    pattern: declared.subject,
    parameters,
    messageType: message.typeName,
    owner: reading.owners.get(message.file.proto.package) ?? null,
    place,
    stream:
      stream === undefined
        ? null
        : { name: stream.name, maxAgeS: stream.maxAgeS, maxBytes: stream.maxBytes.toString() },
  };
}

function idempotencyOf(method: DescMethod): Idempotency {
  switch (method.idempotency) {
    case MethodOptions_IdempotencyLevel.NO_SIDE_EFFECTS:
      return "no_side_effects";
    case MethodOptions_IdempotencyLevel.IDEMPOTENT:
      return "idempotent";
    default:
      return "unknown";
  }
}

/** The parameters of a pattern with the types of their fields, or null after reporting why not. */
function readParameters(
  message: DescMessage,
  text: string,
  report: (message: string) => void,
): Parameter[] | null {
  const result = parsePattern(text);
  if (!result.ok) {
    report(`the subject "${text}" cannot be bound: ${result.reason}`);
    return null;
  }
  const parameters: Parameter[] = [];
  for (const [index, token] of result.pattern.tokens.entries()) {
    if (token.kind === "literal") continue;
    const type = parameterType(message, token.field);
    if (!type.ok) {
      report(`the parameter {${token.field}} of "${text}" ${type.reason}`);
      return null;
    }
    parameters.push({ field: token.field, index, type: type.type });
  }
  return parameters;
}

type TypeResult = { ok: true; type: Parameter["type"] } | { ok: false; reason: string };

/** Follows a path of field names; its last field must hold one string, integer or enum. */
function parameterType(message: DescMessage, path: string): TypeResult {
  let at = message;
  const names = path.split(".");
  for (const [i, name] of names.entries()) {
    const field = at.fields.find((each) => each.name === name);
    if (field === undefined) return { ok: false, reason: `is no field of ${at.typeName}` };
    if (i === names.length - 1) return scalarType(field);
    if (field.fieldKind !== "message") {
      return { ok: false, reason: `goes through ${field.name}, which is no single message` };
    }
    at = field.message;
  }
  return { ok: false, reason: "is empty" };
}

function scalarType(field: DescField): TypeResult {
  if (field.fieldKind === "enum") return { ok: true, type: "enum" };
  if (field.fieldKind === "scalar") {
    const name = scalarNames[field.scalar];
    if (name !== undefined) return { ok: true, type: name };
  }
  return {
    ok: false,
    reason: `is no single string, integer or enum field of ${field.parent.typeName}`,
  };
}

/** By protobuf's numbers of scalar types: string, and the integers of every encoding. */
const scalarNames: Partial<Record<number, "string" | "integer">> = {
  9: "string",
  3: "integer",
  4: "integer",
  5: "integer",
  6: "integer",
  7: "integer",
  13: "integer",
  15: "integer",
  16: "integer",
  17: "integer",
  18: "integer",
};
