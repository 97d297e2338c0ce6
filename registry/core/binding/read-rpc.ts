import { type DescMethod, getOption, hasOption } from "@bufbuild/protobuf";
import { MethodOptions_IdempotencyLevel } from "@bufbuild/protobuf/wkt";
import * as options from "../gen/charter/nats/v1/binding_pb.js";
import { limits } from "../limits.ts";
import {
  defaultDeadlineMs,
  defaultIdleTimeoutMs,
  type Idempotency,
  type RequestBinding,
  type StreamingBinding,
} from "./binding.ts";
import { cacheOf, cacheProblem } from "./read-cache.ts";
import { readParameters } from "./read-parameters.ts";
import { compressionOf, encryptionOf } from "./read-policies.ts";
import type { Reading } from "./reading.ts";

type Report = (message: string) => void;

/** The binding of an rpc, or null where it has none, or after reporting what is wrong. */
export function readRpc(
  reading: Reading,
  method: DescMethod,
): RequestBinding | StreamingBinding | null {
  if (!hasOption(method, options.request)) return null;
  const declared = getOption(method, options.request);
  const contract = getOption(method.parent, options.service);
  const rpc = `${method.parent.typeName}.${method.name}`;
  const place = reading.placeOf(rpc, method);
  const report: Report = (message) => {
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
  const problem =
    waitProblem("deadline_ms", declared.deadlineMs) ??
    queueGroupProblem(contract.queueGroup, method.parent.name);
  if (problem !== null) {
    report(problem);
    return null;
  }
  const common = {
    pattern: declared.subject,
    parameters,
    messageType: method.input.typeName,
    compression: compressionOf(declared.compression),
    encryption: encryptionOf(declared.encryption),
    owner: contract.owner === "" ? null : contract.owner,
    place,
    rpc,
    replyType: method.output.typeName,
    queueGroup: contract.queueGroup,
    deadlineMs: declared.deadlineMs === 0 ? defaultDeadlineMs : declared.deadlineMs,
    idempotency: idempotencyOf(method),
  };
  const rest =
    method.methodKind === "unary"
      ? readUnary(method, declared, report)
      : readStreaming(method, declared, report);
  return rest === null ? null : { ...common, ...rest };
}

function readUnary(
  method: DescMethod,
  declared: options.RequestBinding,
  report: Report,
): Pick<RequestBinding, "kind" | "cache" | "replySubject"> | null {
  const problem =
    declared.frames !== undefined
      ? "frames are for server-streaming rpcs; write `returns (stream …)` or drop them"
      : declared.idleTimeoutMs !== 0
        ? "idle_timeout_ms is for server-streaming rpcs; deadline_ms bounds a single reply"
        : cacheProblem(method, idempotencyOf(method), declared);
  if (problem !== null) {
    report(problem);
    return null;
  }
  const replySubject = declared.replySubject === "" ? null : declared.replySubject;
  if (replySubject !== null && readParameters(method.output, replySubject, report) === null) {
    return null;
  }
  return { kind: "request", cache: cacheOf(declared), replySubject };
}

function readStreaming(
  method: DescMethod,
  declared: options.RequestBinding,
  report: Report,
): Pick<StreamingBinding, "kind" | "framesPattern" | "framesParameters" | "idleTimeoutMs"> | null {
  const problem =
    declared.replySubject !== ""
      ? "reply_subject is for rpcs with one reply; the frames of a stream go to frames.subject"
      : (waitProblem("idle_timeout_ms", declared.idleTimeoutMs) ??
        cacheProblem(method, idempotencyOf(method), declared));
  if (problem !== null) {
    report(problem);
    return null;
  }
  const framesPattern = declared.frames?.subject ?? null;
  const framesParameters =
    framesPattern === null ? [] : readParameters(method.input, framesPattern, report);
  if (framesParameters === null) return null;
  const idleTimeoutMs = declared.idleTimeoutMs || defaultIdleTimeoutMs;
  return { kind: "streaming", framesPattern, framesParameters, idleTimeoutMs };
}

function waitProblem(name: string, ms: number): string | null {
  if (ms <= limits.deadlineMs) return null;
  return `${name} is ${ms}, at most ${limits.deadlineMs} is allowed; work that takes longer is announced by an event`;
}

/** A queue group stands on the protocol line of a subscription, so it is one plain word. */
const queueGroup = /^[A-Za-z0-9_=~@:+.-]{1,128}$/;

function queueGroupProblem(group: string, service: string): string | null {
  if (group === "") {
    return `its service has no queue group, so every instance would answer; add option (charter.nats.v1.service) = {queue_group: "q.…"} to ${service}, or its queue_group to the services of bindings.yaml`;
  }
  if (queueGroup.test(group)) return null;
  return `the queue group ${JSON.stringify(group)} must be 1 to 128 of A-Z a-z 0-9 _ = ~ @ : + . -, such as q.npc`;
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
