import {
  createInbox,
  type Msg,
  type MsgHdrs,
  type NatsConnection,
  PermissionViolationError,
  type Subscription,
} from "@nats-io/nats-core";
import type { Reply } from "./answers.ts";

/** The connection's rights do not allow a probe, which says nothing of the service. */
export class MayNotCall extends Error {
  override readonly name = "MayNotCall";
}

export interface Request {
  readonly subject: string;
  readonly payload: Uint8Array;
  readonly headers: MsgHdrs;
  readonly timeoutMs: number;
}

/**
 * Sends a request, and takes the first reply. The client's own `request` looks into the headers of what
 * comes while it reads the socket, and a service that sends none that can be read ends the connection.
 * Throws `MayNotCall`, and what the client throws on a connection that is closed.
 */
export function requestOnce(nc: NatsConnection, request: Request): Promise<Reply> {
  const { subject, payload, headers, timeoutMs } = request;
  const inbox = inboxOf(nc);
  return new Promise<Reply>((resolve, reject) => {
    // The server ends the subscription itself, however many replies a service sends.
    const subscription = nc.subscribe(inbox, {
      max: 1,
      callback(error, message) {
        clearTimeout(timer);
        if (error === null) resolve(readReply(message));
        else reject(refusalOf(error, subject));
      },
    });
    namePublication(subscription, subject);
    const end = () => {
      subscription.unsubscribe();
      resolve({ kind: "timeout", afterMs: timeoutMs });
    };
    // After a long computation timers fire before what has come meanwhile is read.
    const timer = setTimeout(() => setImmediate(end), timeoutMs);
    try {
      nc.publish(subject, payload, { reply: inbox, headers });
    } catch (error) {
      clearTimeout(timer);
      subscription.unsubscribe();
      reject(error);
    }
  });
}

/** The client tells a subscription that its request may not be published, if it knows the subject. */
function namePublication(subscription: Subscription, subject: string): void {
  (subscription as Subscription & { requestSubject?: string }).requestSubject = subject;
}

function refusalOf(error: Error, subject: string): Error {
  if (!(error instanceof PermissionViolationError)) return error;
  const right = `${error.operation === "publish" ? "publish" : "subscribe"} to ${error.subject}`;
  return new MayNotCall(
    `the connection may not ${right}, so ${subject} cannot be tried; give its credentials that right`,
    { cause: error },
  );
}

function readReply(message: Msg): Reply {
  const read = readHeaders(message);
  return isNoResponders(message, read.headers)
    ? { kind: "no-responders" }
    : { kind: "reply", payload: message.data, ...read };
}

/** What WIRE and a trace need takes some hundred bytes. */
const mostHeaderBytes = 16 * 1024;

/**
 * The client reads headers when they are asked for. It throws on those that are none, and takes
 * minutes for a mebibyte of them.
 */
export function readHeaders(
  message: Msg,
): Pick<Extract<Reply, { kind: "reply" }>, "headers" | "fault"> {
  const bytes = headerBytesOf(message);
  if (bytes > mostHeaderBytes) {
    const fault = `${bytes} bytes of headers, which is more than the ${mostHeaderBytes} that are read`;
    return { headers: undefined, fault };
  }
  try {
    return { headers: message.headers };
  } catch (error) {
    const reason = error instanceof Error ? error.message.slice(0, 200) : "";
    return { headers: undefined, fault: `headers that cannot be read: ${reason}` };
  }
}

function headerBytesOf(message: Msg & { readonly size?: () => number }): number {
  const { subject, reply = "", data } = message;
  const size = message.size?.() ?? 0;
  return size - Buffer.byteLength(subject) - Buffer.byteLength(reply) - data.length;
}

/** Whether the server says that nobody is there. */
export function isNoResponders({ data }: Msg, headers: MsgHdrs | undefined): boolean {
  return data.length === 0 && headers?.code === 503;
}

/** An inbox that the connection may listen to: rights are often given for a prefix of its own. */
export function inboxOf(nc: NatsConnection): string {
  const { options } = nc as { readonly options?: { readonly inboxPrefix?: string } };
  return createInbox(options?.inboxPrefix);
}
