import { type Attributes, SpanKind } from "@opentelemetry/api";
import type { EventContract, MethodContract } from "../contract/contract.ts";
import type { CharterErrorCode } from "../errors/codes.ts";

/** What all operations of one kind on one binding have in common. Made once. */
export interface OperationKind {
  readonly spanName: string;
  readonly spanKind: SpanKind;
  /** Of spans and measurements: patterns, never subjects, whose number has no end. */
  readonly attributes: Attributes;
  readonly isSending: boolean;
  /** Whether the sender's span is the parent. A stream hands events over much later: a link. */
  readonly continues: boolean;
  /** Whether an operation that ends with this code has failed, and not who asked for it. */
  readonly isFailure: (code: CharterErrorCode) => boolean;
  /** Whether the text of an error may be shown; that of a secret binding may tell a secret. */
  readonly showsErrors: boolean;
}

/** A call, as its caller sees it. */
export function callKind(method: MethodContract): OperationKind {
  return rpcKind(method, SpanKind.CLIENT, "request", "send");
}

/** A request, as its service sees it. */
export function requestKind(method: MethodContract): OperationKind {
  return rpcKind(method, SpanKind.SERVER, "process", "process");
}

/** A publication. */
export function publishKind(contract: EventContract): OperationKind {
  return eventKind(contract, SpanKind.PRODUCER, "publish", "send");
}

/** An event in the hands of a handler. */
export function eventHandlingKind(contract: EventContract): OperationKind {
  return eventKind(contract, SpanKind.CONSUMER, "process", "process");
}

/** An event in the hands of a loop. */
export function eventReceivingKind(contract: EventContract): OperationKind {
  return eventKind(contract, SpanKind.CONSUMER, "receive", "receive");
}

/** By the conventions for servers; what a caller did wrong is in the caller's span. */
const faultsOfService: ReadonlySet<CharterErrorCode> = new Set([
  "unknown",
  "deadline_exceeded",
  "unimplemented",
  "internal",
  "unavailable",
  "data_loss",
]);

type OperationType = "send" | "receive" | "process";

function rpcKind(
  method: MethodContract,
  spanKind: SpanKind,
  name: string,
  type: OperationType,
): OperationKind {
  const service = method.rpc.slice(0, -(method.name.length + 1));
  return {
    spanName: `${service}/${method.name}`,
    spanKind,
    attributes: {
      ...messaging(method.subject.text, name, type),
      "rpc.system": "charter",
      "rpc.service": service,
      "rpc.method": method.name,
    },
    isSending: type === "send",
    continues: true,
    isFailure: type === "send" ? () => true : (code) => faultsOfService.has(code),
    showsErrors: method.policy.encryption === null,
  };
}

function eventKind(
  contract: EventContract,
  spanKind: SpanKind,
  name: string,
  type: OperationType,
): OperationKind {
  return {
    spanName: `${name} ${contract.subject.text}`,
    spanKind,
    attributes: messaging(contract.subject.text, name, type),
    isSending: type === "send",
    continues: contract.stream === null,
    isFailure: () => true,
    showsErrors: contract.policy.encryption === null,
  };
}

function messaging(pattern: string, name: string, type: OperationType): Attributes {
  return {
    "messaging.system": "nats",
    "messaging.destination.template": pattern,
    "messaging.operation.name": name,
    "messaging.operation.type": type,
  };
}
