import type { DescMessage, MessageInitShape } from "@bufbuild/protobuf";
import { requestSettings } from "../client/attempt.ts";
import type { CallOptions } from "../client/call.ts";
import type { Connection, NatsMessage, NatsSubscription } from "../connection/connection.ts";
import { answersTo, newInbox } from "../connection/inbox.ts";
import { fromNatsFailure } from "../connection/nats-failure.ts";
import type { ModuleRelease } from "../contract/contract.ts";
import { subjectOf } from "../contract/subject-pattern.ts";
import { CharterError } from "../errors/charter-error.ts";
import type { decode, encode } from "../payload/codec.ts";
import type { Opener } from "../payload/packing.ts";
import type { RequestSender } from "../payload/request-coder.ts";
import type { AnyStreaming } from "./frame.ts";

/** What all calls of one streaming rpc have in common. */
export interface StreamingCaller {
  readonly nc: Connection;
  readonly release: ModuleRelease;
  readonly method: AnyStreaming;
  /** Null where requests travel as they are, and `openClear` reads the answers. */
  readonly send: RequestSender | null;
  readonly openClear: Opener;
  readonly write: typeof encode;
  /** Reads frames; checks their rules as well, where the client asks for it. */
  readonly read: typeof decode;
}

/** Who wants to know what comes back. */
export interface Receiver {
  /** Frames, the end, and errors. */
  onFrame(message: NatsMessage): void;
  /** What comes to the inbox while frames go to a subject of their own. */
  onReply(message: NatsMessage): void;
  /** The server refuses a subject, or the connection is gone. */
  onFailure(error: CharterError): void;
}

export interface SentRequest {
  /** Reads the payloads that come back. */
  readonly open: Opener;
  /** How long the first frame may take, in milliseconds. */
  readonly deadlineMs: number;
  close(): void;
}

/** Sends a request, and listens to what comes back until it is closed. Throws a `CharterError`. */
export function sendRequest(
  caller: StreamingCaller,
  request: MessageInitShape<DescMessage>,
  options: CallOptions,
  receiver: Receiver,
): SentRequest {
  const { nc, release, method, send, write } = caller;
  const { message, subject, payload } = write(method.input, method.subject, request);
  const frames = method.framesSubject === null ? null : subjectOf(method.framesSubject, message);
  const deadlineMs = options.deadlineMs ?? method.deadlineMs;
  const { timeout, headers } = requestSettings(release, method, { deadlineMs, options });
  const sent = send?.({ payload, headers }) ?? { payload, headers, openReply: caller.openClear };
  const inbox = newInbox(nc);
  const subscriptions: NatsSubscription[] = [];
  const close = () => {
    for (const subscription of subscriptions) subscription.unsubscribe();
  };
  const listen = (to: string, onMessage: (message: NatsMessage) => void) => {
    subscriptions.push(subscribe(caller, to, onMessage, receiver, subject));
  };
  try {
    // The server reads in order, so it has the subscriptions when the request comes.
    if (frames !== null) listen(frames, (frame) => receiver.onFrame(frame));
    listen(inbox, (reply) => (frames === null ? receiver.onFrame(reply) : receiver.onReply(reply)));
    const settings = sent.headers === undefined ? {} : { headers: sent.headers };
    nc.publish(subject, sent.payload, { reply: inbox, ...settings });
  } catch (error) {
    close();
    throw fromNatsFailure(error, method.rpc);
  }
  return { open: sent.openReply, deadlineMs: timeout, close };
}

function subscribe(
  { nc, method }: StreamingCaller,
  to: string,
  onMessage: (message: NatsMessage) => void,
  receiver: Receiver,
  requestSubject: string,
): NatsSubscription {
  const subscription = nc.subscribe(to, {
    callback: (error, message) => {
      if (error === null) onMessage(message);
      else receiver.onFailure(fromNatsFailure(error, method.rpc));
    },
  });
  answersTo(subscription, requestSubject);
  void subscription.closed.then(() =>
    receiver.onFailure(new CharterError("unavailable", `${method.rpc}: the connection is closed`)),
  );
  return subscription;
}
