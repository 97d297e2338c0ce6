import type { MessageHeaders } from "../connection/connection.ts";
import { createHeaders } from "../connection/headers.ts";

/** A payload with its headers, before it is made ready to travel or after. */
export interface Envelope {
  readonly payload: Uint8Array;
  readonly headers: MessageHeaders | undefined;
}

/** What of a received message holds its payload. */
export interface Incoming {
  readonly data: Uint8Array;
  readonly headers?: MessageHeaders | undefined;
}

/** The value of a header, or null where there is none. */
export function headerOf(headers: MessageHeaders | undefined, name: string): string | null {
  return headers?.has(name) === true ? headers.get(name) : null;
}

/** Sets a header, on new headers where there are none. */
export function withHeader(
  headers: MessageHeaders | undefined,
  name: string,
  value: string,
): MessageHeaders {
  if (headers === undefined) return createHeaders({ [name]: value });
  headers.set(name, value);
  return headers;
}
