import type { MessageHeaders } from "../connection/connection.ts";
import type { EventContract } from "../contract/contract.ts";
import { beginProcessing, beginSending, type Operation } from "./operation.ts";
import {
  eventHandlingKind,
  eventReceivingKind,
  type OperationKind,
  publishKind,
} from "./operation-kind.ts";
import { isObserved, measuring } from "./sdk.ts";

interface Outgoing {
  readonly subject: string;
  readonly payload: Uint8Array;
  readonly headers: MessageHeaders;
}

/** Publishers are not made, so what their events have in common is made on first use. */
const kinds = new WeakMap<EventContract, OperationKind>();

/** Begins a publication, and lets the event carry the trace on. Null where no telemetry is set up. */
export function beginPublishing(contract: EventContract, event: Outgoing): Operation | null {
  if (!isObserved()) return null;
  const kind = kinds.get(contract) ?? publishKind(contract);
  kinds.set(contract, kind);
  const operation = beginSending(kind, event);
  for (const [name, value] of Object.entries(operation?.headers() ?? {})) {
    event.headers.set(name, value);
  }
  return operation;
}

interface HandledContext {
  readonly subject: string;
  readonly headers: MessageHeaders | undefined;
}

type Handler<M, C extends HandledContext> = (message: M, context: C) => void | Promise<void>;

/** Makes each event in the hands of a handler a consumer span, and measures it. */
export function observeHandler<M, C extends HandledContext>(
  contract: EventContract,
  handler: Handler<M, C>,
): Handler<M, C> {
  const kind = eventHandlingKind(contract);
  return (message, context) => {
    const operation = beginProcessing(kind, context);
    if (operation === null) return handler(message, context);
    return operation.observe(() => handler(message, context));
  };
}

/** Counts events that the application takes out of an iterable, where nothing tells how it fares. */
export function eventCounter(contract: EventContract): () => void {
  const { attributes } = eventReceivingKind(contract);
  return () => measuring()?.consumed.add(1, attributes);
}
